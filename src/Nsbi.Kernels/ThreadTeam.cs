using System.Runtime.ExceptionServices;

namespace Nsbi.Kernels;

/// <summary>
/// A fixed team of threads that shares lists of independent tasks. The caller is worker 0. Tasks
/// are claimed one at a time, so the order in which they run differs from run to run: a task must
/// write to places of its own, and what is summed over tasks is summed afterwards, in the order of
/// the tasks. Then results do not depend on the number of threads.
/// </summary>
/// <remarks>
/// Workers spin for a bounded time and then sleep, so that a busy machine is not made busier. One
/// list runs at a time; a team may not be used from several threads at once.
/// </remarks>
public sealed class ThreadTeam : IDisposable
{
    private const int SpinLimit = 2000;

    private readonly object _gate = new();
    private readonly Thread[] _workers;
    private Action<int, int>? _body;
    private int _tasks;

    // The number of the list (upper half) and of its next task (lower half): a task is claimed by
    // adding one while the list is still the same, so a late worker can never claim from a list
    // whose body it has not read.
    private long _claims;
    private int _done;
    private volatile int _generation;
    private volatile bool _stop;
    private Exception? _fault;

    /// <summary>Starts a team of <paramref name="threads"/> workers, the caller included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var worker = i + 1;
            _workers[i] = new Thread(() => Serve(worker))
            {
                IsBackground = true,
                Name = $"nsbi worker {worker}",
            };
            _workers[i].Start();
        }
    }

    /// <summary>The number of workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/>(task, worker) for every task 0 … tasks − 1 and returns
    /// when all have ended. Workers are numbered 0 … Threads − 1, for scratch space of their own.
    /// </summary>
    /// <exception cref="ArgumentNullException">The body is null.</exception>
    /// <remarks>After the first exception no further task is run, and it is thrown again here. The
    /// caller waits for tasks that others have claimed, never for a worker that is asleep.</remarks>
    public void For(int tasks, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (_workers.Length == 0 || tasks <= 1)
        {
            for (var task = 0; task < tasks; task++)
            {
                body(task, 0);
            }

            return;
        }

        // Closed while the list changes: no claim can succeed on a mixture of two lists.
        var generation = _generation + 1;
        var first = (long)generation << 32;
        Interlocked.Exchange(ref _claims, first | int.MaxValue);
        _body = body;
        _tasks = tasks;
        _done = 0;
        _fault = null;
        Volatile.Write(ref _claims, first);
        lock (_gate)
        {
            _generation = generation;
            Monitor.PulseAll(_gate);
        }

        Claim(0, generation);
        var spins = 0;
        while (Volatile.Read(ref _done) != tasks)
        {
            if (++spins < SpinLimit)
            {
                Thread.SpinWait(8);
            }
            else
            {
                Thread.Yield();
            }
        }

        _body = null;
        if (_fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Ends the workers.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var worker in _workers)
        {
            worker.Join();
        }
    }

    private void Serve(int worker)
    {
        var seen = 0;
        while (true)
        {
            var spins = 0;
            while (_generation == seen && !_stop && ++spins < SpinLimit)
            {
                Thread.SpinWait(8);
            }

            lock (_gate)
            {
                while (_generation == seen && !_stop)
                {
                    Monitor.Wait(_gate);
                }
            }

            if (_stop)
            {
                return;
            }

            seen = _generation;
            Claim(worker, seen);
        }
    }

    /// <summary>Claims and runs tasks of a list until there are none left, or another list.
    /// </summary>
    private void Claim(int worker, int generation)
    {
        while (true)
        {
            var claims = Volatile.Read(ref _claims);
            var task = (int)claims;
            var body = Volatile.Read(ref _body);
            if ((int)(claims >> 32) != generation || task >= Volatile.Read(ref _tasks))
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _claims, claims + 1, claims) != claims)
            {
                continue;
            }

            try
            {
                if (Volatile.Read(ref _fault) is null)
                {
                    body!(task, worker);
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _fault, exception, null);
            }

            Interlocked.Increment(ref _done);
        }
    }
}
