using System.Runtime.InteropServices;

namespace Nsbi.Kernels;

/// <summary>Memory at a fixed address that is a multiple of 64, freed with its owner; in huge pages
/// where it is large and the system has them.</summary>
internal sealed unsafe class AlignedBlock
{
    private const int LineBytes = 64;
    private const int PageBytes = 4096;
    private const long Large = 1L << 22;
    private const int AdviseHugePage = 14;

    private readonly Line[] _lines;

    /// <summary>Bytes of any content.</summary>
    /// <exception cref="OutOfMemoryException">there is not so much</exception>
    public AlignedBlock(long bytes)
    {
        int lines = checked((int)((bytes + LineBytes - 1) / LineBytes) + 1);
        _lines = GC.AllocateUninitializedArray<Line>(lines, pinned: true);
        Bytes = (lines - 1L) * LineBytes;
        long address = (long)Marshal.UnsafeAddrOfPinnedArrayElement(_lines, 0);
        Pointer = (byte*)((address + LineBytes - 1) / LineBytes * LineBytes);
        if (Bytes >= Large && OperatingSystem.IsLinux())
        {
            UseHugePages();
        }
    }

    public byte* Pointer { get; }

    public long Bytes { get; }

    public void Clear()
    {
        NativeMemory.Clear(Pointer, (nuint)Bytes);
    }

    /// <summary>Asks for huge pages: a stream of events crosses a small page every few columns, and
    /// prefetching stops at each.</summary>
    private void UseHugePages()
    {
        nint first = ((nint)Pointer + PageBytes - 1) / PageBytes * PageBytes;
        nint last = ((nint)Pointer + (nint)Bytes) / PageBytes * PageBytes;
        try
        {
            // Advice alone: whether it is taken makes no difference but to the speed.
            _ = MemoryAdvise(first, (nuint)(last - first), AdviseHugePage);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        { }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int MemoryAdvise(nint address, nuint length, int advice);

    [StructLayout(LayoutKind.Sequential, Size = LineBytes)]
    private struct Line { }
}
