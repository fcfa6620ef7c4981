/// The assertions of these tests, free of NUnit's overloads.
module Nsbi.Model.Tests.Check

open NUnit.Framework

/// Equal in structure; NaN equals NaN.
let equal (expected: 'T) (actual: 'T) : unit =
    Assert.That(box actual, Is.EqualTo(box expected))

/// Within a tolerance, relative above 1 and absolute below.
let close (tolerance: float) (expected: float) (actual: float) : unit =
    let within = tolerance * max 1.0 (abs expected)
    Assert.That(actual, Is.EqualTo(expected).Within(within))

/// A text that contains each of these.
let contains (parts: string list) (text: string) : unit =
    for part in parts do
        Assert.That(text, Does.Contain part)
