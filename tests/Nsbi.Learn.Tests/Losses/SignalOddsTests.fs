module Losses.SignalOddsTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Losses

let private logSum share logRho =
    SignalOdds.logSumToBackground share logRho

[<Property(MaxTest = 200)>]
let ``there and back again`` (n: byte) (m: byte) =
    let share = (float n + 1.0) / 257.0
    let rho = exp ((float m - 128.0) / 16.0)

    let close (value: float) =
        abs (value - rho) < 1e-10 * (1.0 + rho) / share

    let viaSum = SignalOdds.sumToBackground share rho
    let viaShare = SignalOdds.signalToSum share rho

    close (SignalOdds.signalToBackground share viaSum)
    && close (SignalOdds.ofSignalToSum share viaShare)
    && abs (logSum share (log rho) - log viaSum) < 1e-12

[<Test>]
let ``ratios of discrete densities convert as eq. 3.12 to 3.14 say`` () =
    let signal, background = [ 0.1; 0.2; 0.7 ], [ 0.5; 0.3; 0.2 ]
    let share = SignalOdds.share 10.0 100.0
    Assert.That(share, Is.EqualTo(10.0 / 110.0))

    for s, b in List.zip signal background do
        let sum = share * s + (1.0 - share) * b
        Assert.That(SignalOdds.sumToBackground share (s / b), Is.EqualTo(sum / b).Within 1e-15)
        Assert.That(SignalOdds.signalToBackground share (sum / b), Is.EqualTo(s / b).Within 1e-13)
        Assert.That(SignalOdds.signalToSum share (s / b), Is.EqualTo(s / sum).Within 1e-14)
        Assert.That(SignalOdds.ofSignalToSum share (s / sum), Is.EqualTo(s / b).Within 1e-13)

[<Test>]
let ``logs neither overflow nor lose the limit of no signal`` () =
    Assert.That(logSum 0.25 1000.0, Is.EqualTo(1000.0 + log 0.25).Within 1e-12)
    Assert.That(logSum 0.25 -infinity, Is.EqualTo(log 0.75))
    Assert.That(logSum 0.0 5.0, Is.EqualTo 0.0)
    Assert.That(logSum 1.0 -3.0, Is.EqualTo -3.0)
    Assert.That(SignalOdds.signalToSum 0.5 infinity, Is.EqualTo 2.0)

[<Test>]
let ``a ratio that no densities have is told by its sign`` () =
    Assert.That(SignalOdds.signalToBackground 0.1 0.85, Is.EqualTo(-0.5).Within 1e-14)

[<Test>]
let ``shares outside 0 to 1 are refused`` () =
    let refused (action: unit -> float) =
        Assert.Throws<ArgumentOutOfRangeException>(Action(fun () -> action () |> ignore))
        |> ignore

    refused (fun () -> SignalOdds.sumToBackground 1.5 1.0)
    refused (fun () -> SignalOdds.signalToBackground 0.0 1.0)
    refused (fun () -> SignalOdds.signalToSum -0.1 1.0)
    refused (fun () -> SignalOdds.ofSignalToSum nan 1.0)
    refused (fun () -> logSum 2.0 1.0)
    refused (fun () -> SignalOdds.share -1.0 2.0)
    refused (fun () -> SignalOdds.share 1.0 0.0)
