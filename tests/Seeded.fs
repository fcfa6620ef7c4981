namespace Nsbi.Tests

open System

/// A property that is tested on the same random cases in every run, so that a change that did not
/// break it does not fail on it. With NSBI_SEEDS=random new cases are drawn; a failure prints the
/// seed with which FsCheck repeats it.
[<AttributeUsage(AttributeTargets.Method ||| AttributeTargets.Property, AllowMultiple = false)>]
type PropertyAttribute() as this =
    inherit FsCheck.NUnit.PropertyAttribute()

    do
        if Environment.GetEnvironmentVariable "NSBI_SEEDS" <> "random" then
            this.Replay <- "(4024312963396245358,7794102421539698111)"
