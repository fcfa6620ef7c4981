namespace Nsbi.Kernels.Simd;

/// <summary>The few operations on a hardware vector <typeparamref name="V"/> of numbers
/// <typeparamref name="T"/> in which every kernel is written, once for all widths.</summary>
internal unsafe interface ISimd<V, T>
    where V : unmanaged
    where T : unmanaged
{
    static abstract int Width { get; }
    static abstract V Load(T* p);
    static abstract void Store(T* p, V x);

    /// <summary>The number in every lane.</summary>
    static abstract V Set(double x);

    /// <summary>The number at p in every lane.</summary>
    static abstract V Spread(T* p);
    static abstract V Add(V x, V y);
    static abstract V Subtract(V x, V y);
    static abstract V Multiply(V x, V y);
    static abstract V Divide(V x, V y);

    /// <summary>x y + z: fused where the path is, rounded twice on the portable path.</summary>
    static abstract V MultiplyAdd(V x, V y, V z);
    static abstract V Sqrt(V x);
    static abstract V Abs(V x);

    /// <summary>All bits where x > y.</summary>
    static abstract V Greater(V x, V y);

    /// <summary>x where the mask is set, y elsewhere.</summary>
    static abstract V Select(V mask, V x, V y);

    /// <summary>2ⁿ where t = Magic + n for an integer n with 2ⁿ normal.</summary>
    static abstract V PowerOfTwo(V t);

    /// <summary>The mantissa of a positive normal x in [√½, √2), and its exponent.</summary>
    static abstract V Split(V x, out V exponent);
}
