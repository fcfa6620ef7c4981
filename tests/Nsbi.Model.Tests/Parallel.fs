/// Tests of one assembly run two at a time: CI has two cores.
module Parallel

open NUnit.Framework

[<assembly: Parallelizable(ParallelScope.Children)>]
[<assembly: LevelOfParallelism(2)>]
do ()
