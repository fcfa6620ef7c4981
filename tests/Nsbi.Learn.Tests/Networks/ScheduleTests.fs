module Networks.ScheduleTests

open NUnit.Framework
open Nsbi.Learn.Networks

let private at schedule elapsed losses =
    Schedule.factor schedule 10 elapsed losses

[<Test>]
let ``a constant schedule is 1`` () =
    Assert.That(at Schedule.Constant 7.3 [], Is.EqualTo 1.0)

[<Test>]
let ``an exponential schedule falls geometrically to its final factor`` () =
    let schedule = Schedule.Exponential 1e-4
    Assert.That(at schedule 0.0 [], Is.EqualTo 1.0)
    Assert.That(at schedule 5.0 [], Is.EqualTo(1e-2).Within 1e-15)
    Assert.That(at schedule 10.0 [], Is.EqualTo(1e-4).Within 1e-17)

[<Test>]
let ``a cosine schedule is halfway in the middle and ends at its final factor`` () =
    let schedule = Schedule.Cosine 0.2
    Assert.That(at schedule 0.0 [], Is.EqualTo 1.0)
    Assert.That(at schedule 5.0 [], Is.EqualTo(0.6).Within 1e-15)
    Assert.That(at schedule 10.0 [], Is.EqualTo(0.2).Within 1e-15)

[<Test>]
let ``a step schedule falls at whole intervals only`` () =
    let schedule = Schedule.Step(3, 0.5)
    Assert.That(at schedule 2.99 [], Is.EqualTo 1.0)
    Assert.That(at schedule 3.0 [], Is.EqualTo 0.5)
    Assert.That(at schedule 9.5 [], Is.EqualTo 0.125)

[<Test>]
let ``a plateau is more than patience epochs without a new minimum, counted anew after each fall``
    ()
    =
    let schedule = Schedule.ReduceOnPlateau(0.1, 1)
    let factor losses = at schedule 5.0 losses
    Assert.That(factor [ 1.0; 0.9; 0.9 ], Is.EqualTo 1.0)
    Assert.That(factor [ 1.0; 0.9; 0.9; 0.95 ], Is.EqualTo 0.1)
    Assert.That(factor [ 1.0; 0.9; 0.9; 0.95; 0.95 ], Is.EqualTo 0.1)
    Assert.That(factor [ 1.0; 0.9; 0.9; 0.95; 0.8; 0.9; 0.9 ], Is.EqualTo(0.01).Within 1e-17)
