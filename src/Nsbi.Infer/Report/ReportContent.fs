namespace Nsbi.Infer

/// <summary>A connected piece of a confidence set.</summary>
type ReportPiece = {
    /// <summary>Its lower end, or the parameter's bound.</summary>
    Low: float
    /// <summary>Its upper end, or the parameter's bound.</summary>
    High: float
}

/// <summary>A confidence set, which interference can make disjoint.</summary>
type ReportInterval = {
    /// <summary>Confidence level as it is to be read, "68 %".</summary>
    Level: string
    /// <summary>Its pieces, in increasing order.</summary>
    Pieces: ReportPiece list
}

/// <summary>One measurement of the parameter; NaN stands for what is not known.</summary>
type ReportResult = {
    /// <summary>What was measured with what, "unbinned, observed".</summary>
    Label: string
    /// <summary>Best-fit value.</summary>
    Value: float
    /// <summary>Signed offset of the lower end of the interval that holds the best fit.</summary>
    Lower: float
    /// <summary>Signed offset of the upper end of the interval that holds the best fit.</summary>
    Upper: float
    /// <summary>Confidence sets.</summary>
    Intervals: ReportInterval list
    /// <summary>Significance against the parameter's absence, in standard deviations.</summary>
    Significance: float
}

/// <summary>A parameter at the best fit; NaN stands for what is not known.</summary>
type ReportParameter = {
    /// <summary>Its name in the model.</summary>
    Name: string
    /// <summary>Its value.</summary>
    Value: float
    /// <summary>Its standard error from the Hessian.</summary>
    Error: float
    /// <summary>Signed lower offset from the profile likelihood.</summary>
    MinosLower: float
    /// <summary>Signed upper offset from the profile likelihood.</summary>
    MinosUpper: float
    /// <summary>Whether it was held.</summary>
    Fixed: bool
}

/// <summary>A minimum of −2 ln L.</summary>
type ReportMinimum = {
    /// <summary>−2 ln L above the lowest minimum.</summary>
    Above: float
    /// <summary>Values of the parameters, in the order of the fit.</summary>
    Values: float list
}

/// <summary>A fit.</summary>
type ReportFit = {
    /// <summary>How it ended and what that means.</summary>
    Status: string
    /// <summary>−2 ln L at the lowest minimum.</summary>
    TwiceNll: float
    /// <summary>All parameters.</summary>
    Parameters: ReportParameter list
    /// <summary>All minima found, the lowest first.</summary>
    Minima: ReportMinimum list
    /// <summary>Correlations of the parameters that were not held; may be empty.</summary>
    CorrelationNames: string list
    /// <summary>One row of correlations per name.</summary>
    Correlations: float[][]
}

/// <summary>A profile likelihood along the parameter.</summary>
type ReportCurve = {
    /// <summary>What it was made with.</summary>
    Label: string
    /// <summary>Values of the parameter, increasing.</summary>
    Values: float[]
    /// <summary>t = −2 ln L − min(−2 ln L) at each of them.</summary>
    T: float[]
}

/// <summary>A scan of the likelihood.</summary>
type ReportScan = {
    /// <summary>The parameter.</summary>
    Parameter: string
    /// <summary>Curves, the most important first.</summary>
    Curves: ReportCurve list
    /// <summary>Confidence sets of the first curve, to be shaded.</summary>
    Intervals: ReportInterval list
}

/// <summary>The training of one network.</summary>
type ReportTraining = {
    /// <summary>What it learns; networks of one name share a chart.</summary>
    Network: string
    /// <summary>Its fold and member, "fold 1, member 2".</summary>
    Member: string
    /// <summary>Loss on the training events after each epoch.</summary>
    Training: float[]
    /// <summary>Loss on the validation events after each epoch.</summary>
    Validation: float[]
    /// <summary>Index of the epoch whose weights were kept.</summary>
    BestEpoch: int
}

/// <summary>Where in phase space the parameter is measured.</summary>
type ReportSensitivity = {
    /// <summary>A feature with its unit.</summary>
    Feature: string
    /// <summary>Bin limits; one more than bins.</summary>
    Edges: float[]
    /// <summary>Share of the Fisher information of the parameter in each bin; adds up to 1.</summary>
    Information: float[]
    /// <summary>Share of the expected events in each bin; may be empty.</summary>
    Events: float[]
}

/// <summary>The error of the parameter and where it comes from; NaN stands for what is not known.
/// </summary>
type ReportUncertainty = {
    /// <summary>Which analysis.</summary>
    Label: string
    /// <summary>The whole error.</summary>
    Total: float
    /// <summary>With nuisance parameters held.</summary>
    Statistical: float
    /// <summary>The rest in quadrature.</summary>
    Systematic: float
}

/// <summary>A nuisance parameter at the best fit, in units of its constraint.</summary>
type ReportPull = {
    /// <summary>Its name.</summary>
    Name: string
    /// <summary>Distance from the global observable.</summary>
    Pull: float
    /// <summary>Its error; NaN at a bound.</summary>
    Constraint: float
}

/// <summary>What a nuisance parameter does to a process at one standard deviation; NaN stands for
/// what there is not.</summary>
type ReportVariation = {
    /// <summary>The nuisance parameter.</summary>
    Parameter: string
    /// <summary>The process.</summary>
    Process: string
    /// <summary>up or down.</summary>
    Side: string
    /// <summary>Expected events over nominal ones.</summary>
    Rate: float
    /// <summary>Its error from finite simulation.</summary>
    RateError: float
    /// <summary>√E[ln² r±].</summary>
    Size: float
    /// <summary>√E[σ²(ln r±)].</summary>
    Error: float
    /// <summary>Effective number of nominal events.</summary>
    EffectiveNominal: float
    /// <summary>Effective number of varied events.</summary>
    EffectiveVaried: float
    /// <summary>Z − 1 at three standard deviations.</summary>
    Renormalisation: float
}

/// <summary>One statement on the parameter, by asymptotic formulae and by pseudo-experiments.
/// </summary>
type ReportStatement = {
    /// <summary>What is stated, such as the upper limit at 95 %.</summary>
    Quantity: string
    /// <summary>By asymptotic formulae; a dash where they say nothing.</summary>
    Asymptotic: string
    /// <summary>By pseudo-experiments, with its Monte Carlo error; a dash where there are none.
    /// </summary>
    Toys: string
}

/// <summary>A drawing with what it says below.</summary>
type ReportPicture = {
    /// <summary>What it says.</summary>
    Caption: string
    /// <summary>The drawing.</summary>
    Drawing: Markup
}

/// <summary>One kind of diagnostics: a question, its verdicts and what there is to see.</summary>
type ReportPage = {
    /// <summary>The kind, as a heading.</summary>
    Title: string
    /// <summary>What is asked, in a sentence.</summary>
    Question: string
    /// <summary>The checks that answer it; they also stand in the list of all checks.</summary>
    Checks: Check list
    /// <summary>What has to be known to read the pictures.</summary>
    Notes: string list
    /// <summary>Without pictures and notes the page is a line in the table of verdicts and nothing more.
    /// </summary>
    Pictures: ReportPicture list
}

/// <summary>A name with its value.</summary>
type ReportFact = {
    /// <summary>What it is.</summary>
    Name: string
    /// <summary>What it is set to.</summary>
    Value: string
}

/// <summary>
/// Everything that a report shows. Dates, durations, host names and absolute paths do not belong in
/// it: the report of the same analysis is the same to the byte. Empty lists leave out their section.
/// </summary>
type ReportContent = {
    /// <summary>Title of the analysis.</summary>
    Title: string
    /// <summary>Paragraphs that say what was measured, with what, and what was neglected.</summary>
    Abstract: string list
    /// <summary>The measured parameter.</summary>
    Parameter: string
    /// <summary>Results; the first is the headline, the others are compared to it.</summary>
    Results: ReportResult list
    /// <summary>The scan of the likelihood.</summary>
    Scan: ReportScan option
    /// <summary>The fit.</summary>
    Fit: ReportFit option
    /// <summary>Statistical and systematic parts of the errors.</summary>
    Uncertainties: ReportUncertainty list
    /// <summary>Nuisance parameters at the fit of the headline.</summary>
    Pulls: ReportPull list
    /// <summary>Effects of nuisance parameters on processes.</summary>
    Variations: ReportVariation list
    /// <summary>What the errors of these effects imply; may be empty.</summary>
    VariationNote: string
    /// <summary>Limits, significances and intervals.</summary>
    Statements: ReportStatement list
    /// <summary>What has to be known to read them.</summary>
    StatementNotes: string list
    /// <summary>Confidence belt, limits, injected signals.</summary>
    Pictures: ReportPicture list
    /// <summary>Sensitivity by region of phase space, one chart per feature.</summary>
    Sensitivity: ReportSensitivity list
    /// <summary>Kinds of diagnostics, each with its verdicts, in the order of the table of verdicts.
    /// </summary>
    Pages: ReportPage list
    /// <summary>All checks, those of the ratios and of the pages included.</summary>
    Checks: Check list
    /// <summary>Diagnostics of each ratio, for their charts.</summary>
    Ratios: RatioDiagnostics list
    /// <summary>Training of every network.</summary>
    Training: ReportTraining list
    /// <summary>Seeds, versions, instruction path, settings.</summary>
    Provenance: ReportFact list
    /// <summary>Names of the files read and written, with their SHA-256.</summary>
    Files: ReportFact list
}

/// <summary>Beginnings of reports.</summary>
[<RequireQualifiedAccess>]
module ReportContent =
    /// <summary>A report with a title and nothing else.</summary>
    let empty (title: string) : ReportContent = {
        Title = title
        Abstract = []
        Parameter = ""
        Results = []
        Scan = None
        Fit = None
        Uncertainties = []
        Pulls = []
        Variations = []
        VariationNote = ""
        Statements = []
        StatementNotes = []
        Pictures = []
        Sensitivity = []
        Pages = []
        Checks = []
        Ratios = []
        Training = []
        Provenance = []
        Files = []
    }
