namespace Nsbi.Model.Tests

open FsCheck
open FsCheck.FSharp
open Nsbi.Model

/// Arbitrary models, valid or not, of everything that JSON can hold.
module Generators =

    let private finite: Gen<float> =
        Gen.oneof [
            ArbMap.defaults |> ArbMap.generate<NormalFloat> |> Gen.map _.Get
            Gen.elements [ 0.0; -0.0; 1.0; -1.0; 0.1; 1e-300; -1.7976931348623157e308; 5e-324 ]
        ]

    let private anyName: Gen<string> =
        Gen.elements [
            "mu"
            "ν"
            "alpha_jes"
            "staterror.SR"
            "sqrt"
            "nan"
            "with space"
            "a-b"
            "2mu"
            "μ−√μ"
            "x**y"
            "slash/\\"
            ""
        ]

    let private bound (infinite: float) : Gen<float> =
        Gen.oneof [ finite; Gen.constant infinite ]

    let private constraintTerm: Gen<Constraint> =
        Gen.oneof [
            Gen.constant Unconstrained
            Gen.map2 (fun a s -> Gaussian(a, s)) finite finite
            Gen.map2 (fun a t -> Poisson(a, t)) finite finite
            Gen.map2 (fun a s -> LogNormal(a, s)) finite finite
        ]

    let private parameter (name: string) : Gen<Parameter> =
        gen {
            let! role = Gen.elements [ PointOfInterest; Nuisance ]
            let! initial = finite
            let! lower = bound -infinity
            let! upper = bound infinity
            let! term = constraintTerm
            let! isFixed = Gen.elements [ true; false ]

            return {
                Name = name
                Role = role
                Initial = initial
                Lower = lower
                Upper = upper
                Constraint = term
                Fixed = isFixed
            }
        }

    /// A few parameters with different names.
    let parameters: Gen<Parameter list> =
        Gen.nonEmptyListOf anyName
        |> Gen.map List.distinct
        |> Gen.bind (List.map parameter >> Gen.sequenceToList)

    let private expression
        (constants: Gen<float>)
        (exponents: Gen<float>)
        (parameters: Parameter list)
        : Gen<Coefficient> =
        let leaf =
            Gen.oneof [ Gen.map Constant constants; Gen.elements parameters |> Gen.map Parameter ]

        let rec sized size =
            if size = 0 then
                leaf
            else
                let one = sized (size / 2)

                let two make =
                    Gen.map2 (fun a b -> make (a, b)) one one

                Gen.oneof [
                    leaf
                    Gen.map Negation one
                    two Sum
                    two Difference
                    two Product
                    two Quotient
                    Gen.map2 (fun a p -> Power(a, p)) one exponents
                    Gen.map SquareRoot one
                    Gen.map Exponential one
                    Gen.map Logarithm one
                    Gen.map2
                        (fun a y -> Interpolated(a, Spline.create [ -1.5, y; 0.0, 1.0; 2.0, -y ]))
                        one
                        constants
                ]

        Gen.sized sized

    /// Any expression of these parameters.
    let coefficient (parameters: Parameter list) : Gen<Coefficient> =
        expression finite finite parameters

    /// Expressions as people write them, with numbers of order 1.
    let tame (parameters: Parameter list) : Gen<Coefficient> =
        let exponents = Gen.elements [ 0.5; 1.5; 2.0; 3.0; -1.0 ]
        expression (Gen.elements [ 0.5; 1.0; 2.0; 3.0 ]) exponents parameters

    let private modifier (parameters: Parameter list) : Gen<Modifier> =
        let one = Gen.elements parameters
        let code = Interpolation.names |> List.map snd |> Gen.elements
        let numbers = Gen.listOf finite

        let variation: Gen<Modifier> =
            gen {
                let! name = anyName
                let! p = one
                let! code = code
                let! symmetrised = Gen.elements (List.map snd Symmetrisation.names) |> Gen.optionOf

                return
                    EventSys {
                        Variation = name
                        Parameter = p
                        Code = code
                        Symmetrisation = symmetrised
                    }
            }

        Gen.oneof [
            Gen.map NormFactor one
            Gen.map Lumi one
            Gen.map4 (fun p c l h -> NormSys(p, c, l, h)) one code finite finite
            Gen.map4 (fun p c l h -> HistoSys(p, c, l, h)) one code numbers numbers
            Gen.map2 (fun gammas d -> StatError(gammas, d)) (Gen.listOf one) numbers
            Gen.map2 (fun gammas d -> ShapeSys(gammas, d)) (Gen.listOf (Gen.optionOf one)) numbers
            Gen.map ShapeFactor (Gen.listOf one)
            variation
            Gen.map2 (fun name ps -> EventShape(name, ps)) anyName (Gen.listOf one)
        ]

    let private processOf (parameters: Parameter list) : Gen<Process> =
        gen {
            let! modifiers = Gen.listOf (modifier parameters)
            let! rate = Gen.elements [ Renormalised; AsGiven; FromEvents ]
            let! name = anyName
            let! scale = Gen.oneof [ Gen.constant (Constant 1.0); coefficient parameters ]
            let! yields = Gen.listOf finite

            return {
                Name = name
                Scale = scale
                Yields = yields
                Modifiers = modifiers
                EventRate = rate
            }
        }

    let private channel (parameters: Parameter list) : Gen<Channel> =
        gen {
            let! name = anyName
            let! reference = anyName
            let! processes = Gen.listOf (processOf parameters)
            let! binned = Gen.elements [ true; false ]

            return
                if binned then
                    Binned { Name = name; Processes = processes }
                else
                    Unbinned {
                        Name = name
                        Reference = reference
                        Processes = processes
                    }
        }

    let model: Gen<Model> =
        gen {
            let! parameters = parameters
            let! title = anyName
            let! channels = Gen.listOf (channel parameters) |> Gen.resize 6
            return { Name = title; Channels = channels }
        }

/// Registers the generators with FsCheck.
type Arbitrary =
    static member Model() : Arbitrary<Model> = Arb.fromGen Generators.model

    static member Coefficient() : Arbitrary<Coefficient> =
        Generators.parameters |> Gen.bind Generators.coefficient |> Arb.fromGen
