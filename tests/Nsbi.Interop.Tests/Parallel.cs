using NUnit.Framework;

// Tests of one assembly run two at a time: CI has two cores.
[assembly: Parallelizable(ParallelScope.Children)]
[assembly: LevelOfParallelism(2)]
