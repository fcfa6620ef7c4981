namespace Nsbi.Learn.Events

open System.Text

/// How two numbers are compared.
[<RequireQualifiedAccess>]
type Comparison =
    /// a < b.
    | Less
    /// a ≤ b.
    | LessOrEqual
    /// a > b.
    | Greater
    /// a ≥ b.
    | GreaterOrEqual
    /// a = b, exactly.
    | Equal
    /// a ≠ b, exactly.
    | NotEqual

/// <summary>A condition on events; written <c>Higgs_mass > 110 &amp;&amp; Higgs_mass &lt;
/// 160</c>.</summary>
type Condition =
    /// A comparison of two numbers.
    | Compare of comparison: Comparison * left: Expression * right: Expression
    /// The text of a column in the event is this one, letter by letter.
    | Is of column: string * text: string
    /// The opposite.
    | Not of operand: Condition
    /// Both.
    | And of left: Condition * right: Condition
    /// One of them or both.
    | Or of left: Condition * right: Condition

    /// The condition as it is parsed.
    override this.ToString() =
        Condition.Print(StringBuilder(), 0, this).ToString()

    // Binding strength: 1 or, 2 and, 3 not; both connectives associate to the left.
    static member private Print(text: StringBuilder, strength: int, condition: Condition) =
        let print strength condition =
            Condition.Print(text, strength, condition) |> ignore

        let connective own (symbol: string) left right =
            if own < strength then
                text.Append '(' |> ignore

            print own left
            text.Append symbol |> ignore
            print (own + 1) right

            if own < strength then
                text.Append ')' |> ignore

        match condition with
        | Compare(comparison, left, right) ->
            let symbol =
                match comparison with
                | Comparison.Less -> " < "
                | Comparison.LessOrEqual -> " <= "
                | Comparison.Greater -> " > "
                | Comparison.GreaterOrEqual -> " >= "
                | Comparison.Equal -> " == "
                | Comparison.NotEqual -> " != "

            Expression.Print(text, 0, left).Append(symbol) |> ignore
            Expression.Print(text, 0, right) |> ignore
        | Is(column, wanted) ->
            text
                .Append(Expression.PrintName column)
                .Append(" == '")
                .Append(wanted.Replace("'", "''"))
                .Append('\'')
            |> ignore
        | Not operand ->
            text.Append "!(" |> ignore
            print 0 operand
            text.Append ')' |> ignore
        | And(left, right) -> connective 2 " && " left right
        | Or(left, right) -> connective 1 " || " left right

        text
