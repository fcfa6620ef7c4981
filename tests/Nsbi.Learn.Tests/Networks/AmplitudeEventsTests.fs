module Networks.AmplitudeEventsTests

open NUnit.Framework
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private good: AmplitudeEvents = {
    FeatureCount = 2
    Features = [| 1.0f; 2.0f; 3.0f; 4.0f |]
    Weights = [| 1.0; 0.0 |]
    Groups = [| 1UL; 2UL |]
    Points = [| [| 1.0; 0.0 |]; [| 1.0; 2.0 |] |]
    Rates = [| [| 1.0; 2.0 |]; [| 0.0; 3.0 |] |]
}

[<Test>]
let ``sound events pass`` () =
    Assert.That(obj.ReferenceEquals(valueOf (AmplitudeEvents.validate "e" good), good))

[<Test>]
let ``every fault has its sentence`` () =
    let found =
        {
            good with
                Features = [| 1.0f; 2.0f; nanf; 4.0f |]
                Weights = [| -1.0; 1.0 |]
                Groups = [| 1UL |]
                Points = [| [| 1.0; 0.0 |]; [| 1.0 |]; [| 1.0; 1.0 |] |]
                Rates = [| [| infinity; 2.0 |]; [| 0.0; 0.0 |] |]
        }
        |> AmplitudeEvents.validate "e"
        |> faultsOf

    for part in
        [
            "a feature is not a finite number"
            "a weight is not a number of 0 or above"
            "1 groups for 2"
            "2 rates for 3"
            "a rate of point 0 is not"
            "the rates of point 1 are all 0"
            "different numbers of terms"
        ] do
        Assert.That(found, Does.Contain part)

[<Test>]
let ``no events are a fault`` () =
    let none = {
        good with
            Features = [||]
            Weights = [||]
            Groups = [||]
            Rates = [| [||]; [||] |]
    }

    Assert.That(AmplitudeEvents.validate "e" none |> faultsOf, Does.Contain "there are no events")
