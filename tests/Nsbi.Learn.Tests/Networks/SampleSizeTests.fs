module Networks.SampleSizeTests

open NUnit.Framework
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private part name (weights: float list) (groups: uint64 list) = {
    ClassEvents.Name = name
    Features = Array.create weights.Length 0.0f
    Weights = Array.ofList weights
    Groups = Array.ofList groups
}

[<Test>]
let ``n equal weights are worth n events, and one large one hardly more than one`` () =
    Assert.That(SampleSize.effective (Array.create 7 0.3), Is.EqualTo(7.0).Within 1e-12)
    Assert.That(SampleSize.effective [| 100.0; 1.0 |], Is.EqualTo(101.0 * 101.0 / 10001.0))
    Assert.That(SampleSize.effective [| 0.0 |], Is.NaN)

[<Test>]
let ``the error of a rate knows which events are the same`` () =
    let nominal = part "nominal" [ 1.0; 1.0; 2.0 ] [ 0UL; 1UL; 2UL ]
    let apart = labelled [ nominal; part "up" [ 2.0; 1.0 ] [ 10UL; 11UL ] ]
    // R = 3/4; σ² = (4 + 1 + R²(1 + 1 + 4))/16.
    let rate = (SampleSize.rates apart)[0]
    Assert.That(rate.Value, Is.EqualTo 0.75)
    Assert.That(rate.Error, Is.EqualTo(sqrt ((5.0 + 0.5625 * 6.0) / 16.0)).Within 1e-12)
    Assert.That(SampleSize.sharedShares apart, Is.EqualTo<float[]> [| 0.0 |])

    let same = labelled [ nominal; part "up" [ 2.0; 2.0; 4.0 ] [ 0UL; 1UL; 2UL ] ]
    Assert.That((SampleSize.rates same)[0], Is.EqualTo { Value = 2.0; Error = 0.0 })
    Assert.That(SampleSize.sharedShares same, Is.EqualTo<float[]> [| 1.0 |])

    let partly = labelled [ nominal; part "up" [ 3.0; 1.0 ] [ 0UL; 9UL ] ]
    Assert.That(SampleSize.sharedShares partly, Is.EqualTo<float[]> [| 0.75 |])
