namespace Nsbi.Interop;

/// <summary>The choices of C# as those of F#.</summary>
internal static class Codes
{
    public static FModel.Interpolation ToFSharp(this Interpolation code) =>
        code switch
        {
            Interpolation.PiecewiseLinear => FModel.Interpolation.PiecewiseLinear,
            Interpolation.PiecewiseExponential => FModel.Interpolation.PiecewiseExponential,
            Interpolation.QuadraticLinear => FModel.Interpolation.QuadraticLinear,
            Interpolation.PolynomialExponential => FModel.Interpolation.PolynomialExponential,
            Interpolation.PolynomialLinear => FModel.Interpolation.PolynomialLinear,
            Interpolation.LogPolynomial => FModel.Interpolation.LogPolynomial,
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
        };

    public static FModel.Symmetrisation ToFSharp(this Symmetrisation symmetrisation) =>
        symmetrisation switch
        {
            Symmetrisation.MirroredRatio => FModel.Symmetrisation.MirroredRatio,
            Symmetrisation.MirroredDifference => FModel.Symmetrisation.MirroredDifference,
            Symmetrisation.OneSided => FModel.Symmetrisation.OneSided,
            _ => throw new ArgumentOutOfRangeException(
                nameof(symmetrisation),
                symmetrisation,
                null
            ),
        };

    public static FModel.EventRate ToFSharp(this EventRate rate) =>
        rate switch
        {
            EventRate.Renormalised => FModel.EventRate.Renormalised,
            EventRate.AsGiven => FModel.EventRate.AsGiven,
            EventRate.FromEvents => FModel.EventRate.FromEvents,
            _ => throw new ArgumentOutOfRangeException(nameof(rate), rate, null),
        };

    public static FInfer.TestStatistic ToFSharp(this LimitStatistic statistic) =>
        statistic switch
        {
            LimitStatistic.QTilde => FInfer.TestStatistic.UpperLimitBounded,
            LimitStatistic.Q => FInfer.TestStatistic.UpperLimit,
            _ => throw new ArgumentOutOfRangeException(nameof(statistic), statistic, null),
        };

    public static FInfer.ImpactMethod ToFSharp(this ImpactMethod method) =>
        method switch
        {
            ImpactMethod.Postfit => FInfer.ImpactMethod.Postfit,
            ImpactMethod.Prefit => FInfer.ImpactMethod.Prefit,
            ImpactMethod.Covariance => FInfer.ImpactMethod.Covariance,
            ImpactMethod.Observable => FInfer.ImpactMethod.Observable,
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
        };
}
