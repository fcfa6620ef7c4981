module ThreadTeamTests

open System
open NUnit.Framework
open Nsbi.Kernels

[<TestCase(1)>]
[<TestCase(2)>]
[<TestCase(5)>]
let ``every task runs exactly once, by a worker of the team`` (threads: int) =
    use team = new ThreadTeam(threads)

    for tasks in [ 0; 1; 2; 7; 1000 ] do
        let runs = Array.zeroCreate<int> tasks

        team.For(
            tasks,
            fun task worker ->
                Assert.That(worker, Is.InRange(0, threads - 1))
                runs[task] <- runs[task] + 1
        )

        Assert.That(runs, Is.All.EqualTo 1)

[<Test>]
let ``a team can be used many times in a row`` () =
    use team = new ThreadTeam(2)
    let sums = Array.zeroCreate 4

    for _ in 1..20_000 do
        team.For(4, (fun task _ -> sums[task] <- sums[task] + 1))

    Assert.That(sums, Is.All.EqualTo 20_000)

[<Test>]
let ``the exception of a task reaches the caller and the team lives on`` () =
    use team = new ThreadTeam(2)

    let thrown =
        Assert.Throws<InvalidOperationException>(
            Action(fun () ->
                team.For(
                    100,
                    (fun task _ ->
                        if task = 17 then
                            invalidOp "seventeen")
                ))
        )

    Assert.That(thrown.Message, Is.EqualTo "seventeen")
    let ran = [| 0 |]
    team.For(10, (fun _ _ -> Threading.Interlocked.Increment(&ran[0]) |> ignore))
    Assert.That(ran[0], Is.EqualTo 10)

[<Test>]
let ``lists of changing lengths never mix, however late a worker comes`` () =
    use team = new ThreadTeam(4)
    let mutable stream = RandomStream(3UL, "list lengths", 0UL)

    for list in 1..5_000 do
        let tasks = 2 + stream.NextInt32 30
        let runs = Array.zeroCreate<int> 40

        team.For(tasks, fun task _ -> Threading.Interlocked.Add(&runs[task], list) |> ignore)

        let expected = Array.init 40 (fun task -> if task < tasks then list else 0)
        Assert.That((runs = expected), $"list {list}")
