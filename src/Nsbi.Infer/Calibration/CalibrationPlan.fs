namespace Nsbi.Infer.Calibration

open Nsbi.Infer
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

/// <summary>The space in which features are moved.</summary>
[<RequireQualifiedAccess>]
type CalibrationCoordinates =
    /// <summary>As the features are given, after their own steps (log, log1p, sqrt).</summary>
    | Plain
    /// <summary>ln p/(1 − p) of features between 0 and 1.</summary>
    | Logits

/// <summary>How events are moved by a learned optimal map.</summary>
type TransportPlan = {
    /// <summary>Potentials and their training.</summary>
    Settings: TransportSettings
    /// <summary>Maps that differ in their seeds; the mean of gradients of convex functions is one too.</summary>
    Members: int
    /// <summary>Bins with equal numbers of source events in which the target's weights are matched to the
    /// source's spectrum of the one condition; 0: they are as they are.</summary>
    MatchBins: int
}

/// <summary>How the source is made to follow the target.</summary>
[<RequireQualifiedAccess>]
type CalibrationBy =
    /// <summary>Events move by the gradient of a convex function of the features, that depends on the
    /// conditions: the nearest way onto the target.</summary>
    | Transport of TransportPlan
    /// <summary>Each feature moves by its own exact quantile map, in bins of at most one condition with
    /// equal numbers of source events: every distribution closes, correlations stay as they are.</summary>
    | Monotone of bins: int
    /// <summary>Events keep their place and get the weight exp of a discriminator.</summary>
    | Reweighting of EstimatorSettings

/// <summary>How E[sign w | x] of events with negative weights is found.</summary>
[<RequireQualifiedAccess>]
type SignBy =
    /// <summary>By a classifier of positive and negative events in the features.</summary>
    | Classifier of EstimatorSettings
    /// <summary>By bins of one quantity with about equal numbers of events.</summary>
    | Bins of quantity: string * bins: int

/// <summary>What is done with the source's negative weights.</summary>
[<RequireQualifiedAccess>]
type NegativePlan =
    /// <summary>They are a fault.</summary>
    | Refuse
    /// <summary>Positive weights of the same density take their place.</summary>
    | Replace of WeightReplacement * SignBy

/// <summary>Bins in which closure is looked at too.</summary>
type CalibrationBins = {
    /// <summary>The quantity, a name or <c>name = expression</c>, of moved, kept and derived columns.</summary>
    Of: string
    /// <summary>Limits, increasing.</summary>
    Edges: float list
}

/// <summary>Where a calibration fails.</summary>
type CalibrationLimits = {
    /// <summary>Largest area of the two-sample test; three standard errors where these are larger.</summary>
    Area: float
    /// <summary>Smallest probability of a distance by chance.</summary>
    PValue: float
    /// <summary>Smallest effective number of calibrated events.</summary>
    EffectiveEvents: float
    /// <summary>Largest share of one event in the sum of weights.</summary>
    LargestShare: float
    /// <summary>Largest share of the target beyond all events of the source.</summary>
    Gap: float
}

/// <summary>The file of calibrated events.</summary>
type CalibrationOutput = {
    /// <summary>Its name in the folder of results: .csv, .csv.gz or .npz.</summary>
    File: string
    /// <summary>What moved columns have behind their names; none: they replace the columns.</summary>
    Suffix: string option
    /// <summary>Columns to keep beside those that are read; none: all columns of the source.</summary>
    Keep: string list option
    /// <summary>The name of the column of weights.</summary>
    Weight: string
}

/// <summary>Moving a source onto a target, and looking whether it worked: <c>calibration.json</c>.</summary>
type CalibrationPlan = {
    /// <summary>Title of the report.</summary>
    Name: string
    /// <summary>Seed of every random number.</summary>
    Seed: uint64
    /// <summary>The events to be calibrated.</summary>
    Source: Sample
    /// <summary>The events they shall look like.</summary>
    Target: Sample
    /// <summary>Events of both that take part.</summary>
    Selection: string option
    /// <summary>What is moved: <c>[name =] expression [| log | log1p | sqrt]</c>, the steps undone afterwards.
    /// </summary>
    Features: string list
    /// <summary>What the map depends on without moving it, written alike.</summary>
    Condition: string list
    /// <summary>The space in which is moved.</summary>
    Coordinates: CalibrationCoordinates
    /// <summary>How.</summary>
    Method: CalibrationBy
    /// <summary>What is done with negative weights of the source.</summary>
    Negative: NegativePlan
    /// <summary>Share of the events of both sides that no training sees, on which closure is measured.
    /// </summary>
    HeldOut: float
    /// <summary>Quantities of moved and kept columns, <c>name = expression</c>; they are written too.</summary>
    Derived: string list
    /// <summary>Bins of quantities in which closure is looked at.</summary>
    Bins: CalibrationBins list
    /// <summary>The classifier of the two-sample test.</summary>
    Test: ClassifierSettings
    /// <summary>Bootstraps of the held-out events for errors without a formula.</summary>
    Replicas: int
    /// <summary>Where checks fail.</summary>
    Limits: CalibrationLimits
    /// <summary>The file of calibrated events.</summary>
    Output: CalibrationOutput
    /// <summary>What readers should know.</summary>
    Notes: string list
}

/// <summary>Defaults of plans.</summary>
[<RequireQualifiedAccess>]
module CalibrationPlan =
    /// <summary>Area 0.52, p 0.001, 100 effective events, a share of 0.02, a gap of 0.01.</summary>
    let limits: CalibrationLimits = {
        Area = 0.52
        PValue = 1e-3
        EffectiveEvents = 100.0
        LargestShare = 0.02
        Gap = 0.01
    }

    /// <summary>Two layers of 32 SiLU, 20 epochs at 3·10⁻³, batches of 512.</summary>
    let test: ClassifierSettings = {
        ClassifierSettings.standard with
            Architecture = {
                Hidden = [ 32; 32 ]
                Activation = Activation.Silu
                Dropout = 0.0
            }
            LearningRate = 3e-3
            BatchSize = 512
            Epochs = 20
            Patience = Some 6
    }

    /// <summary>Two layers of 32 SiLU, 40 epochs at 3·10⁻³ with a patience of 8, four folds.</summary>
    let networks: EstimatorSettings = {
        EstimatorSettings.standard with
            Head = Head.Separate
            Training = {
                test with
                    Epochs = 40
                    Patience = Some 8
            }
    }

    /// <summary>The standard transport with distances in coordinates as they are, one map, no matching.
    /// </summary>
    let transport: TransportPlan = {
        Settings = TransportSettings.standard
        Members = 1
        MatchBins = 0
    }

    /// <summary><c>calibrated.csv</c> with all columns, moved ones in their place, weights as
    /// <c>weight</c>.</summary>
    let output: CalibrationOutput = {
        File = "calibrated.csv"
        Suffix = None
        Keep = None
        Weight = "weight"
    }
