// The F# namespaces go by short names here: several of their types have the names of C# ones.
global using System.Globalization;
global using Microsoft.FSharp.Collections;
global using Microsoft.FSharp.Core;
global using FCalibration = Nsbi.Learn.Calibration;
global using FEnsembles = Nsbi.Learn.Ensembles;
global using FEvents = Nsbi.Learn.Events;
global using FInfer = Nsbi.Infer;
global using FLearn = Nsbi.Learn;
global using FModel = Nsbi.Model;
global using FNetworks = Nsbi.Learn.Networks;
global using FPosterior = Nsbi.Learn.Posterior;
global using FTransport = Nsbi.Learn.Transport;
