namespace Nsbi.Model.HistFactory

/// <summary>A member that the schema allows and does not name, of one modifier.</summary>
type ModifierExtra = {
    /// The channel of the modifier.
    Channel: string
    /// Its sample.
    Sample: string
    /// Its type.
    Type: string
    /// Its name.
    Modifier: string
    /// The member.
    Extra: Extra
}

/// <summary>What a document says beyond a model and its counts: with it the document can be written
/// again without loss.</summary>
type DocumentRest = {
    /// Of the schema.
    Version: string
    /// The name of the measurement whose settings the model has.
    Measurement: string
    /// All measurements.
    Measurements: MeasurementSpec list
    /// The names of the observations, in their order.
    Observations: string list
    /// Observations of channels that are not measured.
    Unused: ObservationSpec list
    /// Members of modifiers that the schema does not name.
    Extras: ModifierExtra list
}

/// <summary>A model of a document, with what was counted.</summary>
type DocumentModel = {
    /// The model, with the settings of one measurement.
    Model: Nsbi.Model.Model
    /// The counts of each channel, in the order of the observations.
    Counts: (string * float list) list
    /// What the model does not hold.
    Rest: DocumentRest
}
