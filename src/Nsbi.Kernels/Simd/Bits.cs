namespace Nsbi.Kernels.Simd;

/// <summary>Bit patterns of IEEE 754 numbers. A magic number 1.5·2^mantissa plus a small integer n
/// holds n in its low bits, which converts between integers and floating point by an addition.
/// </summary>
internal static class Bits
{
    public const int SingleMantissa = 23;
    public const int SingleOne = 0x3f800000;
    public const int SingleRootHalf = 0x3f3504f3;
    public const int SingleMagic = 0x4b400000;
    public const float SingleMagicBias = 12582912.0f + 127.0f;
    public const int DoubleMantissa = 52;
    public const long DoubleOne = 0x3ff0000000000000;
    public const long DoubleRootHalf = 0x3fe6a09e667f3bcd;
    public const long DoubleMagic = 0x4338000000000000;
    public const double DoubleMagicBias = 6755399441055744.0 + 1023.0;
}
