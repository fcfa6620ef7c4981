// What every example loads: the libraries, from the folder the command line is built into, and how
// the interactive session shows models, fits and intervals. Build first: dotnet build -c Release.
#I "../src/Nsbi.Cli/bin/Release/net10.0"
#r "Nsbi.Kernels.dll"
#r "Nsbi.Learn.dll"
#r "Nsbi.Model.dll"
#r "Nsbi.Infer.dll"

open Nsbi.Infer
open Nsbi.Model

fsi.AddPrinter(fun (model: Model) -> "\n" + Model.describe model)
fsi.AddPrinter(fun (valid: ValidModel) -> "\n" + Model.describe valid.Model)
fsi.AddPrinter(fun (error: ModelError) -> string error)
fsi.AddPrinter(fun (fit: FitResult) -> "\n" + string fit)
fsi.AddPrinter(fun (scan: Scan) -> "\n" + string scan)
fsi.AddPrinter(fun (intervals: LikelihoodIntervals) -> string intervals)
