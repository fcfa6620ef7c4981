namespace Nsbi.Learn.Posterior

open System.Buffers
open System.Text
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>Which correlations of the parameters a Gaussian can have.</summary>
[<RequireQualifiedAccess>]
type Covariance =
    /// None: the parameters are independent given the context.
    | Diagonal
    /// All, through the Cholesky factor.
    | Full

/// <summary>Which parameters the splines of a layer of a flow depend on.</summary>
[<RequireQualifiedAccess>]
type FlowKind =
    /// Each parameter on all before it; the order is reversed from layer to layer.
    | Autoregressive
    /// Half of the parameters on the other half, which stays; the halves swap from layer to layer.
    | Coupling

/// <summary>A normalising flow: a full Gaussian corrected by layers of monotone rational-quadratic
/// splines.</summary>
type FlowSettings = {
    /// Autoregressive or coupling.
    Kind: FlowKind
    /// Number of layers of splines; at least two where halves are coupled.
    Layers: int
    /// Bins of each spline, from 2.
    Bins: int
    /// Splines of unbounded parameters act on [−Bound, Bound] in units of the Gaussian's standard
    /// deviations; outside they are the identity.
    Bound: float
    /// The network that gives the knots of the splines; without dropout.
    Conditioner: Architecture
}

/// <summary>A family of densities q(φ|c) of parameters φ given a context c, normalised over the prior's
/// support.</summary>
[<RequireQualifiedAccess>]
type DensityHead =
    /// One Gaussian.
    | Gaussian of covariance: Covariance
    /// A mixture of Gaussians.
    | Mixture of components: int * covariance: Covariance
    /// A normalising flow.
    | Flow of FlowSettings

/// Defaults, checks and JSON of the families of densities.
[<RequireQualifiedAccess>]
module DensityHead =
    /// <summary>Two autoregressive layers of splines with 8 bins on ±4 standard deviations, knots from
    /// two hidden layers of 64 with SiLU.</summary>
    let standardFlow: FlowSettings = {
        Kind = FlowKind.Autoregressive
        Layers = 2
        Bins = 8
        Bound = 4.0
        Conditioner = {
            Hidden = [ 64; 64 ]
            Activation = Activation.Silu
            Dropout = 0.0
        }
    }

    let private outOf source problem remedy value =
        Fault.create source problem remedy |> Fault.withValue value

    let internal faults (source: string) (head: DensityHead) : Fault list = [
        match head with
        | DensityHead.Gaussian _ -> ()
        | DensityHead.Mixture(components, _) ->
            if components < 1 || components > 256 then
                outOf
                    source
                    "the number of components is out of range"
                    "from 1 to 256"
                    (string components)
        | DensityHead.Flow flow ->
            let least = if flow.Kind = FlowKind.Coupling then 2 else 1

            if flow.Layers < least || flow.Layers > 64 then
                outOf
                    source
                    "the number of layers of the flow is out of range"
                    $"from {least} to 64"
                    (string flow.Layers)

            if flow.Bins < 2 || flow.Bins > 256 then
                outOf
                    source
                    "the number of bins of the splines is out of range"
                    "from 2 to 256"
                    (string flow.Bins)

            if not (flow.Bound > 0.0 && flow.Bound <= 100.0) then
                outOf
                    source
                    "the bound of the splines is out of range"
                    "above 0, up to 100 standard deviations"
                    (JsonFields.text flow.Bound)

            if flow.Conditioner.Dropout <> 0.0 then
                outOf
                    source
                    "the network of the knots has dropout"
                    "0: a density with random knots is not normalised"
                    (JsonFields.text flow.Conditioner.Dropout)

            yield! Architecture.faults source { flow.Conditioner with Dropout = 0.0 }
    ]

    /// <summary>The same head, or every fault it has.</summary>
    let validate (head: DensityHead) : Result<DensityHead, Fault list> =
        match faults "density head" head with
        | [] -> Ok head
        | faults -> Error faults

    let private covariances = [ "diagonal", Covariance.Diagonal; "full", Covariance.Full ]

    let private kinds = [ "autoregressive", FlowKind.Autoregressive; "coupling", FlowKind.Coupling ]

    let internal read (fields: JsonFields) : DensityHead =
        let kind =
            fields.Word(
                "kind",
                "gaussian",
                [ for word in [ "gaussian"; "mixture"; "flow" ] -> word, word ]
            )

        let covariance () =
            fields.Word("covariance", Covariance.Full, covariances)

        match kind with
        | "mixture" -> DensityHead.Mixture(fields.Int("components", 4), covariance ())
        | "flow" ->
            DensityHead.Flow {
                Kind = fields.Word("transform", standardFlow.Kind, kinds)
                Layers = fields.Int("layers", standardFlow.Layers)
                Bins = fields.Int("bins", standardFlow.Bins)
                Bound = fields.Float("bound", standardFlow.Bound)
                Conditioner = Architecture.read fields standardFlow.Conditioner
            }
        | _ -> DensityHead.Gaussian(covariance ())

    /// <summary>A head from a JSON object: <c>kind</c> is gaussian or mixture (<c>covariance</c>: diagonal
    /// or full; <c>components</c>) or flow (<c>transform</c>: autoregressive or coupling, <c>layers</c>,
    /// <c>bins</c>, <c>bound</c>, <c>hidden</c>, <c>activation</c>); a field that is absent keeps its
    /// standard value.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the object stands in the file, such as <c>$.head</c></param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown names, values of another type, values out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<DensityHead, Fault list> =
        JsonFields.Whole(source, path, element, read, faults source)

    let private word table value =
        table |> List.find (fun (_, meaning) -> meaning = value) |> fst

    /// <summary>Writes a head as <c>ofJson</c> reads it.</summary>
    let writeJson (writer: Utf8JsonWriter) (head: DensityHead) : unit =
        let covariance (value: Covariance) =
            writer.WriteString("covariance", (word covariances value: string))

        writer.WriteStartObject()

        match head with
        | DensityHead.Gaussian form ->
            writer.WriteString("kind", "gaussian")
            covariance form
        | DensityHead.Mixture(components, form) ->
            writer.WriteString("kind", "mixture")
            writer.WriteNumber("components", components)
            covariance form
        | DensityHead.Flow flow ->
            writer.WriteString("kind", "flow")
            writer.WriteString("transform", (word kinds flow.Kind: string))
            writer.WriteNumber("layers", flow.Layers)
            writer.WriteNumber("bins", flow.Bins)
            writer.WriteNumber("bound", flow.Bound)
            Architecture.write writer flow.Conditioner

        writer.WriteEndObject()

    /// <summary>The head as JSON text: equal heads give equal text.</summary>
    let toJson (head: DensityHead) : string =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writeJson writer head
        writer.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
