namespace Nsbi.Infer

/// <summary>
/// Colours that people with any colour vision tell apart and that print well: Okabe and Ito's,
/// jfly.uni-koeln.de/color, with two greys.
/// </summary>
[<RequireQualifiedAccess>]
type Colour =
    | Blue
    | Vermillion
    | Green
    | Amber
    | Purple
    | Sky
    | Grey
    | Ink

    /// <summary>The colour as SVG writes it.</summary>
    member this.Hex: string =
        match this with
        | Blue -> "#0072b2"
        | Vermillion -> "#d55e00"
        | Green -> "#009e73"
        | Amber -> "#e69f00"
        | Purple -> "#b0578d"
        | Sky -> "#56b4e9"
        | Grey -> "#8a94a0"
        | Ink -> "#27313c"

/// <summary>How a line is broken.</summary>
[<RequireQualifiedAccess>]
type Dash =
    | Solid
    | Dashed
    | Dotted

/// <summary>How a line looks.</summary>
type Stroke = {
    /// <summary>Its colour.</summary>
    Colour: Colour
    /// <summary>Its width in points of the drawing.</summary>
    Width: float
    /// <summary>How it is broken.</summary>
    Dash: Dash
    /// <summary>From 0, not to be seen, to 1.</summary>
    Opacity: float
}

/// <summary>What is drawn in a panel, in coordinates of its axes; an empty label has no key.</summary>
[<RequireQualifiedAccess>]
type Mark =
    /// <summary>A line through points; it is interrupted where a coordinate is not finite.</summary>
    | Line of x: float[] * y: float[] * stroke: Stroke * label: string
    /// <summary>A histogram's outline: n heights over n + 1 limits; filled where wished.</summary>
    | Steps of edges: float[] * heights: float[] * stroke: Stroke * filled: bool * label: string
    /// <summary>The area between two curves.</summary>
    | Band of x: float[] * lower: float[] * upper: float[] * colour: Colour * label: string
    /// <summary>The area between two histograms.</summary>
    | StepBand of edges: float[] * lower: float[] * upper: float[] * colour: Colour * label: string
    /// <summary>Points with symmetric errors in y; an error of zero or NaN is not drawn.</summary>
    | Points of x: float[] * y: float[] * errors: float[] * colour: Colour * label: string
    /// <summary>A line across the panel with its label written on it.</summary>
    | Level of y: float * stroke: Stroke * label: string
    /// <summary>The area between two values of x, over the whole height.</summary>
    | Span of low: float * high: float * colour: Colour * label: string

/// <summary>How numbers lie along an axis.</summary>
[<RequireQualifiedAccess>]
type Scale =
    | Linear
    | Logarithmic

/// <summary>An axis.</summary>
type Axis = {
    /// <summary>What it shows, with its unit.</summary>
    Title: string
    /// <summary>How numbers lie along it.</summary>
    Scale: Scale
    /// <summary>Its ends; those of the data where not given or not usable.</summary>
    Range: (float * float) option
}

/// <summary>One of the panels of a chart that lie above each other with a common x axis.</summary>
type Panel = {
    /// <summary>Its vertical axis.</summary>
    Y: Axis
    /// <summary>What is drawn, from back to front.</summary>
    Marks: Mark list
    /// <summary>Its height in relation to the other panels'.</summary>
    Weight: float
}

/// <summary>A chart, before it is drawn.</summary>
type Chart = {
    /// <summary>What it shows, for those who cannot see it; not drawn.</summary>
    Description: string
    /// <summary>Width of the drawing in points.</summary>
    Width: float
    /// <summary>Height of the drawing in points.</summary>
    Height: float
    /// <summary>The common horizontal axis.</summary>
    X: Axis
    /// <summary>One or more panels, from top to bottom.</summary>
    Panels: Panel list
}

/// <summary>Words for charts.</summary>
[<RequireQualifiedAccess>]
module Chart =
    /// <summary>A linear axis over its data.</summary>
    let axis (title: string) : Axis = {
        Title = title
        Scale = Scale.Linear
        Range = None
    }

    /// <summary>A linear axis with given ends.</summary>
    let axisFrom (title: string) (low: float) (high: float) : Axis = {
        axis title with
            Range = Some(low, high)
    }

    /// <summary>A logarithmic axis over its positive data.</summary>
    let logAxis (title: string) : Axis = {
        axis title with
            Scale = Scale.Logarithmic
    }

    /// <summary>A solid line of ordinary width.</summary>
    let solid (colour: Colour) : Stroke = {
        Colour = colour
        Width = 1.8
        Dash = Dash.Solid
        Opacity = 1.0
    }

    /// <summary>A solid thin line.</summary>
    let thin (colour: Colour) : Stroke = { solid colour with Width = 1.0 }

    /// <summary>A dashed line.</summary>
    let dashed (colour: Colour) : Stroke = { solid colour with Dash = Dash.Dashed }

    /// <summary>A dotted line.</summary>
    let dotted (colour: Colour) : Stroke = {
        solid colour with
            Dash = Dash.Dotted
            Width = 1.4
    }

    /// <summary>A chart of one panel.</summary>
    let single (description: string) (x: Axis) (y: Axis) (marks: Mark list) : Chart = {
        Description = description
        Width = 420.0
        Height = 270.0
        X = x
        Panels = [ { Y = y; Marks = marks; Weight = 1.0 } ]
    }

    /// <summary>The same chart in another size.</summary>
    let sized (width: float) (height: float) (chart: Chart) : Chart = {
        chart with
            Width = width
            Height = height
    }
