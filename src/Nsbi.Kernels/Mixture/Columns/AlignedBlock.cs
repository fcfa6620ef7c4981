using System.Runtime.InteropServices;

namespace Nsbi.Kernels;

/// <summary>Memory at a fixed address that is a multiple of 64, freed with its owner.</summary>
internal sealed unsafe class AlignedBlock
{
    private const int LineBytes = 64;

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
    }

    public byte* Pointer { get; }

    public long Bytes { get; }

    public void Clear()
    {
        NativeMemory.Clear(Pointer, (nuint)Bytes);
    }

    [StructLayout(LayoutKind.Sequential, Size = LineBytes)]
    private struct Line { }
}
