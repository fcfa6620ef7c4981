namespace Nsbi.Learn.Events

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices

/// Numbers out of the bytes of a NumPy file and back.
[<RequireQualifiedAccess>]
module internal NpyElement =
    let private at (t: NpyType) (bytes: byte[]) (offset: int) : ReadOnlySpan<byte> =
        ReadOnlySpan(bytes, offset, t.Size)

    let private integer (t: NpyType) (bytes: byte[]) (offset: int) : int64 =
        let span = at t bytes offset

        match t.Kind, t.Size, t.BigEndian with
        | 'i', 1, _ -> int64 (sbyte span[0])
        | _, 1, _ -> int64 span[0]
        | 'i', 2, false -> int64 (BinaryPrimitives.ReadInt16LittleEndian span)
        | 'i', 2, true -> int64 (BinaryPrimitives.ReadInt16BigEndian span)
        | _, 2, false -> int64 (BinaryPrimitives.ReadUInt16LittleEndian span)
        | _, 2, true -> int64 (BinaryPrimitives.ReadUInt16BigEndian span)
        | 'i', 4, false -> int64 (BinaryPrimitives.ReadInt32LittleEndian span)
        | 'i', 4, true -> int64 (BinaryPrimitives.ReadInt32BigEndian span)
        | _, 4, false -> int64 (BinaryPrimitives.ReadUInt32LittleEndian span)
        | _, 4, true -> int64 (BinaryPrimitives.ReadUInt32BigEndian span)
        | _, _, false -> BinaryPrimitives.ReadInt64LittleEndian span
        | _, _, true -> BinaryPrimitives.ReadInt64BigEndian span

    let private single (t: NpyType) (bytes: byte[]) (offset: int) : float32 =
        let span = at t bytes offset

        match t.Size, t.BigEndian with
        | 2, false -> float32 (BinaryPrimitives.ReadHalfLittleEndian span)
        | 2, true -> float32 (BinaryPrimitives.ReadHalfBigEndian span)
        | _, false -> BinaryPrimitives.ReadSingleLittleEndian span
        | _, true -> BinaryPrimitives.ReadSingleBigEndian span

    let private double (t: NpyType) (bytes: byte[]) (offset: int) : float =
        let span = at t bytes offset

        if t.BigEndian then
            BinaryPrimitives.ReadDoubleBigEndian span
        else
            BinaryPrimitives.ReadDoubleLittleEndian span

    /// An array for n numbers of a type: f2 and f4 become float32, integers and
    /// booleans that fit it int, i8 and u4 int64, u8 float.
    let allocate (t: NpyType) (n: int) : NpyData =
        match t.Kind, t.Size with
        | 'f', 8 -> NpyData.Float64(Array.zeroCreate n)
        | 'f', _ -> NpyData.Float32(Array.zeroCreate n)
        | 'u', 8 -> NpyData.Float64(Array.zeroCreate n)
        | 'i', 8
        | 'u', 4 -> NpyData.Int64(Array.zeroCreate n)
        | _ -> NpyData.Int32(Array.zeroCreate n)

    /// Decodes count numbers that stand stride bytes apart, into the array from a place on.
    let decode
        (t: NpyType)
        (bytes: byte[])
        (offset: int)
        (stride: int)
        (count: int)
        data
        (from: int)
        =
        match data with
        | NpyData.Float64 values when t.Kind = 'u' ->
            for i in 0 .. count - 1 do
                values[from + i] <- float (uint64 (integer t bytes (offset + i * stride)))
        | NpyData.Float64 values ->
            for i in 0 .. count - 1 do
                values[from + i] <- double t bytes (offset + i * stride)
        | NpyData.Float32 values ->
            for i in 0 .. count - 1 do
                values[from + i] <- single t bytes (offset + i * stride)
        | NpyData.Int32 values ->
            for i in 0 .. count - 1 do
                values[from + i] <- int (integer t bytes (offset + i * stride))
        | NpyData.Int64 values ->
            for i in 0 .. count - 1 do
                values[from + i] <- integer t bytes (offset + i * stride)

    /// The type in which an array is written.
    let typeOf (data: NpyData) : NpyType =
        let littleEndian kind size = {
            Kind = kind
            Size = size
            BigEndian = false
        }

        match data with
        | NpyData.Float32 _ -> littleEndian 'f' 4
        | NpyData.Float64 _ -> littleEndian 'f' 8
        | NpyData.Int32 _ -> littleEndian 'i' 4
        | NpyData.Int64 _ -> littleEndian 'i' 8

    let private chunk = 65536

    let private writeAll<'T when 'T: struct and 'T :> ValueType and 'T: (new: unit -> 'T)>
        (stream: Stream)
        (values: 'T[])
        =
        for start in 0..chunk .. values.Length - 1 do
            let part = ReadOnlySpan(values, start, min chunk (values.Length - start))
            stream.Write(MemoryMarshal.AsBytes part)

    /// Writes all numbers in the machine's byte order, which is little-endian wherever this runs.
    let write (stream: Stream) (data: NpyData) : unit =
        match data with
        | NpyData.Float32 values -> writeAll stream values
        | NpyData.Float64 values -> writeAll stream values
        | NpyData.Int32 values -> writeAll stream values
        | NpyData.Int64 values -> writeAll stream values
