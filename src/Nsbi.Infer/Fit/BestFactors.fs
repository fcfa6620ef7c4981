namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>A factor γ_b that multiplies all of its bin and nothing else.</summary>
type internal BinFactor = {
    /// Its place in θ.
    Place: int
    /// The binned channel.
    Channel: int
    /// The bin.
    Bin: int
}

/// <summary>The objective of a fit with the factors of bins at their best values, which are known in
/// closed form (Barlow–Beeston lite): L(φ) = L(φ, γ̂(φ)), with the gradient ∂L/∂φ and the Hessian
/// L_φφ − L_φγ L_γγ⁻¹ L_γφ, in which L_γγ is diagonal.</summary>
/// <remarks>The formulae are those of <see cref="T:Nsbi.Model.BarlowBeestonModule" />; γ̂ is moved to
/// the nearest bound where it lies outside, and is then held. The slow twin is the fit without it.
/// </remarks>
[<Sealed>]
type internal BestFactors
    (observation: Observation, objective: IObjective, free: int[], isWanted: bool) =
    let compiled = observation.Owner

    let hasClosedForm place =
        match observation.Constraints[place] with
        | Gaussian _
        | Poisson _ -> true
        | Unconstrained
        | LogNormal _ -> false

    /// Places that are used otherwise than as the factor of one bin.
    let usedElsewhere =
        lazy
            (let wide = compiled.Binned |> Seq.collect _.Wide

             let unbinned =
                 compiled.Model.Model.Channels
                 |> Seq.collect (fun c ->
                     match c with
                     | Unbinned c -> c.Processes |> List.collect Process.mentions
                     | Binned _ -> [])
                 |> Seq.map (fun p -> compiled.Index[p.Name])

             let repeated =
                 compiled.Binned
                 |> Seq.collect _.BinFactors
                 |> Seq.countBy id
                 |> Seq.filter (fun (_, count) -> count > 1)
                 |> Seq.map fst

             Set.ofSeq (Seq.concat [ wide; unbinned; repeated ]))

    let multipliesAll (channel: CompiledBinned) (bin: int) (factor: int) =
        channel.Processes
        |> Array.forall (fun p ->
            p.Gammas |> Array.filter (fun g -> g[bin] = factor) |> Array.length = 1)

    let factors = [|
        if isWanted then
            for c in 0 .. compiled.Binned.Length - 1 do
                let channel = compiled.Binned[c]

                for b in 0 .. channel.Bins - 1 do
                    let found =
                        seq { channel.FirstOfBin[b] .. channel.FirstOfBin[b + 1] - 1 }
                        |> Seq.tryFind (fun k ->
                            let place = channel.BinFactors[k]

                            hasClosedForm place
                            && Array.contains place free
                            && not (usedElsewhere.Value.Contains place)
                            && multipliesAll channel b k)

                    match found with
                    | Some k -> {
                        Place = channel.BinFactors[k]
                        Channel = c
                        Bin = b
                      }
                    | None -> ()
    |]

    let channels = factors |> Array.map _.Channel |> Array.distinct
    let places = factors |> Array.map _.Place |> Set.ofArray
    let kept = free |> Array.filter (places.Contains >> not)

    let best (factor: BinFactor) (content: float) =
        let count = observation.BinCounts[factor.Channel][factor.Bin]

        let value =
            match observation.Constraints[factor.Place] with
            | Gaussian(a, sigma) -> BarlowBeeston.gaussian count 0.0 content a sigma
            | Poisson(a, tau) -> BarlowBeeston.poisson count 0.0 content a tau
            | _ -> 1.0

        max objective.Lower[factor.Place] (min objective.Upper[factor.Place] value)

    let complete (point: float[]) =
        let whole = Array.copy point

        for factor in factors do
            whole[factor.Place] <- 1.0

        for c in channels do
            let expected = BinnedChannel.expected compiled.Binned[c] whole

            for factor in factors do
                if factor.Channel = c then
                    whole[factor.Place] <- best factor expected[factor.Bin]

        whole

    let isInside (point: float[]) k =
        point[k] > objective.Lower[k] && point[k] < objective.Upper[k]

    /// The Schur complement of the factors inside of their bounds.
    let eliminate (point: float[]) (jet: Jet) : Jet =
        let hessian = Array2D.copy jet.Hessian

        for factor in factors do
            let g = factor.Place
            let pivot = jet.Hessian[g, g]

            if isInside point g && pivot > 0.0 then
                let linked = kept |> Array.filter (fun k -> jet.Hessian[k, g] <> 0.0)

                for k in linked do
                    let x = jet.Hessian[k, g] / pivot

                    for l in linked do
                        hessian[k, l] <- hessian[k, l] - x * jet.Hessian[l, g]

        { jet with Hessian = hessian }

    /// The parameters that are left to search for.
    member _.Free: int[] = kept

    /// <summary>A point with the factors at their best values for the other parameters.</summary>
    member _.Complete(point: float[]) : float[] =
        if factors.Length = 0 then point else complete point

    /// <summary>The objective as a function of all parameters, of which the factors are not looked
    /// at; their derivatives mean nothing.</summary>
    member _.Objective: IObjective =
        if factors.Length = 0 then
            objective
        else
            Objective.ofFunction objective.Lower objective.Upper (fun point ->
                let whole = complete point

                if Array.exists Double.IsNaN whole then
                    None
                else
                    objective.Evaluate whole |> Option.map (eliminate whole))
