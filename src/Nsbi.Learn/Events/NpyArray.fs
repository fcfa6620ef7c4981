namespace Nsbi.Learn.Events

open System

/// The numbers of an array, in the element types that are written.
[<RequireQualifiedAccess>]
type NpyData =
    /// f4.
    | Float32 of float32[]
    /// f8.
    | Float64 of float[]
    /// i4.
    | Int32 of int[]
    /// i8.
    | Int64 of int64[]

/// <summary>An array with its shape, in C order (the last index runs fastest). Shape [] is one
/// number.</summary>
type NpyArray = {
    /// Length of each axis.
    Shape: int list
    /// The numbers, as many as the product of the shape.
    Data: NpyData
}

/// Making arrays and reading their numbers.
[<RequireQualifiedAccess>]
module NpyArray =
    /// Number of elements that are stored.
    let length (array: NpyArray) : int =
        match array.Data with
        | NpyData.Float32 values -> values.Length
        | NpyData.Float64 values -> values.Length
        | NpyData.Int32 values -> values.Length
        | NpyData.Int64 values -> values.Length

    /// <summary>An array of any shape; the numbers are taken over without a copy.</summary>
    /// <exception cref="T:System.ArgumentException">the shape is not that of the
    /// numbers</exception>
    let create (shape: int list) (data: NpyData) : NpyArray =
        let array = { Shape = shape; Data = data }
        let product = shape |> List.fold (fun product n -> product * int64 n) 1L

        if List.exists (fun n -> n < 0) shape || product <> int64 (length array) then
            invalidArg (nameof shape) $"shape {shape} for {length array} numbers"

        array

    /// A one-dimensional array of doubles, without a copy.
    let ofVector (values: float[]) : NpyArray =
        create [ values.Length ] (NpyData.Float64 values)

    /// A two-dimensional array of doubles, row-major, without a copy.
    let ofMatrix (rows: int) (columns: int) (values: float[]) : NpyArray =
        create [ rows; columns ] (NpyData.Float64 values)

    /// <summary>The numbers as doubles, in C order; the stored array itself if it is one of
    /// doubles. Integers beyond 2⁵³ are rounded.</summary>
    let toFloats (array: NpyArray) : float[] =
        match array.Data with
        | NpyData.Float32 values -> Array.map float values
        | NpyData.Float64 values -> values
        | NpyData.Int32 values -> Array.map float values
        | NpyData.Int64 values -> Array.map float values

    let private reordered (shape: int list) (values: 'T[]) : 'T[] =
        // Fortran order: the first index runs fastest.
        let shape = List.toArray shape
        let result = Array.zeroCreate values.Length
        let index = Array.zeroCreate shape.Length
        let stride = shape |> Array.scan (*) 1

        for c in 0 .. values.Length - 1 do
            let mutable f = 0

            for d in 0 .. shape.Length - 1 do
                f <- f + index[d] * stride[d]

            result[c] <- values[f]
            let mutable d = shape.Length - 1

            while d >= 0 do
                index[d] <- index[d] + 1

                if index[d] = shape[d] then
                    index[d] <- 0
                    d <- d - 1
                else
                    d <- -1

        result

    /// The array in C order whose numbers stand in Fortran order.
    let internal ofFortran (shape: int list) (data: NpyData) : NpyArray =
        let data =
            match data with
            | NpyData.Float32 values -> NpyData.Float32(reordered shape values)
            | NpyData.Float64 values -> NpyData.Float64(reordered shape values)
            | NpyData.Int32 values -> NpyData.Int32(reordered shape values)
            | NpyData.Int64 values -> NpyData.Int64(reordered shape values)

        create shape data
