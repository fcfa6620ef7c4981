/// NUnit's constraints with one overload each, for values of any F# type.
module Nsbi.Infer.Tests.Expect

open NUnit.Framework
open NUnit.Framework.Constraints

/// Equal in value; sequences element by element.
let same (expected: 'T) : IResolveConstraint = Is.EqualTo(box expected)

/// Within an absolute tolerance.
let near (tolerance: float) (expected: float) : IResolveConstraint =
    Is.EqualTo(box expected).Within(tolerance)
