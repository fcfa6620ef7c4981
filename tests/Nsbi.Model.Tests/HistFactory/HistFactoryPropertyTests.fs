module Nsbi.Model.Tests.HistFactory.HistFactoryPropertyTests

open System.Text.Json.Nodes
open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests.HistFactory

let private ok (result: Result<'a, ModelError list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

[<Property(Arbitrary = [| typeof<RandomDocuments.Arbitraries> |], MaxTest = 200)>]
let ``a document comes back from the model of any of its measurements`` (document: Document) =
    ok (DocumentJson.read (DocumentJson.write document)) = document
    && document.Measurements
       |> List.forall (fun measurement ->
           let found = ok (HistFactory.model (Some measurement.Name) document)
           let again = ok (ModelJson.read (ModelJson.write found.Model))

           again = found.Model
           && ok (HistFactory.document found.Rest (Map.ofList found.Counts) again) = document)

/// The places of a JSON value: the ways to replace each by another value, or to remove it.
let rec private places (node: JsonNode) : (JsonNode -> unit) list = [
    match node with
    | :? JsonObject as members ->
        for name in [ for item in members -> item.Key ] do
            let child = members[name]

            fun (value: JsonNode) ->
                if isNull value then
                    members.Remove name |> ignore
                else
                    members[name] <- value

            if not (isNull child) then
                yield! places child
    | :? JsonArray as items ->
        for index in 0 .. items.Count - 1 do
            let child = items[index]

            fun (value: JsonNode) ->
                if isNull value then
                    items.RemoveAt index
                else
                    items[index] <- value

            if not (isNull child) then
                yield! places child
    | _ -> ()
]

let private values = [|
    "null"
    "-1"
    "0"
    "1e308"
    "\"mu\""
    "\"\""
    "[]"
    "{}"
    "true"
    "[1, 2, 3]"
    "\"SR\""
    "\"normsys\""
|]

[<Test>]
let ``a document that is damaged in one place is read or refused with sentences`` () =
    let count = (places (JsonNode.Parse Documents.all)).Length
    Assert.That(count, Is.GreaterThan 150)
    let mutable refused = 0

    for place in 0 .. count - 1 do
        for value in values do
            let root = JsonNode.Parse Documents.all
            // The text null removes the value.
            (places root)[place](JsonNode.Parse value)

            let result =
                DocumentJson.read (root.ToJsonString())
                |> Result.bind (HistFactory.model None)
                |> Result.bind (fun found ->
                    Model.validate found.Model
                    |> Result.bind (fun _ ->
                        HistFactory.document found.Rest (Map.ofList found.Counts) found.Model))

            match result with
            | Ok _ -> ()
            | Error faults ->
                refused <- refused + 1
                Assert.That(faults, Is.Not.Empty)

                for fault in faults do
                    Assert.That(fault.Place, Is.Not.Empty)
                    Assert.That(fault.Remedy, Is.Not.Empty)

    Assert.That(refused, Is.GreaterThan(count * 6))
