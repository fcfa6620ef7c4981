namespace Nsbi.Model

/// <summary>The parameters γ_b of the bins of a histogram and their constraints: HistFactory's
/// staterror, shapesys and shapefactor.</summary>
[<RequireQualifiedAccess>]
module BinUncertainty =

    /// <summary>The name of the factor of one bin, as pyhf prints it: <c>staterror_SR[0]</c>.</summary>
    let name (vector: string) (bin: int) : string = $"{vector}[{bin}]"

    let private gamma (vector: string) (bin: int) (term: Constraint) : Parameter = {
        Name = name vector bin
        Role = Nuisance
        Initial = 1.0
        Lower = 1e-10
        Upper = 10.0
        Constraint = term
        Fixed = false
    }

    /// <summary>Free factors of bins, between 0 and 10: those of a shapefactor.</summary>
    let free (vector: string) (bins: int) : Parameter list =
        List.init bins (fun b -> {
            gamma vector b Unconstrained with
                Lower = 0.0
        })

    /// <summary>The factors of a shapesys: Poisson constraints with τ_b = (ν_b/δ_b)²; none in bins in
    /// which the yield ν_b or the uncertainty δ_b is not positive. The number in a name is that of the
    /// bin, as in pyhf.</summary>
    let shapeSys
        (vector: string)
        (yields: float list)
        (uncertainties: float list)
        : Parameter option list =
        List.zip yields uncertainties
        |> List.mapi (fun bin (nu, delta) ->
            if nu > 0.0 && delta > 0.0 then
                let tau = nu * nu / (delta * delta)
                Some(gamma vector bin (Poisson(tau, tau)))
            else
                None)

    /// <summary>The factors of a staterror: N(1, σ_b²) with σ_b = √Σδ_b²/Σν_b over the processes
    /// that have it; held at 1 under N(1, 1) where σ_b is 0.</summary>
    /// <param name="vector">the name, followed by the number of the bin</param>
    /// <param name="widths">σ_b</param>
    let statError (vector: string) (widths: float list) : Parameter list =
        widths
        |> List.mapi (fun b width ->
            let known = width > 0.0

            {
                gamma vector b (Gaussian(1.0, (if known then width else 1.0))) with
                    Fixed = not known
            })

    /// <summary>σ_b = √Σδ_b²/Σν_b of the simulation of several processes together; 0 where Σν_b is
    /// not positive.</summary>
    /// <param name="simulated">yields and absolute uncertainties of each process, bin by bin</param>
    let relativeWidths (simulated: (float list * float list) list) : float list =
        let sum (columns: float list list) =
            columns |> List.transpose |> List.map List.sum

        List.map2
            (fun nu variance -> if nu > 0.0 then sqrt variance / nu else 0.0)
            (simulated |> List.map fst |> sum)
            (simulated |> List.map (snd >> List.map (fun d -> d * d)) |> sum)

    /// <summary>The processes of a binned channel with the constraints of their staterrors worked
    /// out from all processes that share them.</summary>
    let complete (processes: Process list) : Process list =
        let vectorName (gammas: Parameter list) = gammas |> List.map _.Name

        let shared = [
            for p in processes do
                for modifier in p.Modifiers do
                    match modifier with
                    | StatError(gammas, uncertainties) when
                        uncertainties.Length = p.Yields.Length && gammas.Length = p.Yields.Length
                        ->
                        vectorName gammas, (p.Yields, uncertainties)
                    | _ -> ()
        ]

        let bins = processes |> List.map _.Yields.Length |> List.distinct

        let widths =
            if bins.Length = 1 then
                shared
                |> List.groupBy fst
                |> List.map (fun (name, uses) -> name, relativeWidths (List.map snd uses))
                |> Map.ofList
            else
                Map.empty

        let complete modifier =
            match modifier with
            | StatError(gammas, uncertainties) ->
                match widths.TryFind(vectorName gammas) with
                | Some widths ->
                    let constrained (gamma: Parameter) width = {
                        gamma with
                            Constraint = Gaussian(1.0, (if width > 0.0 then width else 1.0))
                            Fixed = gamma.Fixed || not (width > 0.0)
                    }

                    StatError(List.map2 constrained gammas widths, uncertainties)
                | None -> modifier
            | _ -> modifier

        processes
        |> List.map (fun p -> {
            p with
                Modifiers = List.map complete p.Modifiers
        })
