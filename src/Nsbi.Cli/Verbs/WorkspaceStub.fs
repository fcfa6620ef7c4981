namespace Nsbi.Infer
open Nsbi.Model
type Workspace = { Model: ValidModel; Tables: RatioTables; Counts: (string * float list) list }
module Workspace =
    let load (path: string) : Result<Workspace, ModelError list> = Error [ { Place = path; Fault = "no"; Remedy = "yes" } ]
    let observe (w: Workspace) (c: CompiledLikelihood) = Observation.observed c w.Counts
