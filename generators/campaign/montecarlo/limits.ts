/** Name of a limit. */
export type LimitName = 'inl' | 'dnl' | 'errors' | 'missing' | 'csnr';

/** What a die must keep to count as good. */
export const LIMITS: Readonly<Record<LimitName, string>> = {
  inl: 'largest |INL| of all columns after gain and offset, in the smallest step',
  dnl: 'largest |DNL| of all columns, in the ideal width of the code',
  errors: 'share of conversions with another code than the ideal macro',
  missing: 'codes of all columns that no whole MAC gives',
  csnr: 'least CSNR, dB',
};

/** The figures of a die that limits are about. */
export type Judged = Readonly<Record<LimitName, number>>;

/** Limits that are stated; `csnr` is a least value, all others are largest ones. */
export type Limits = Readonly<Partial<Record<LimitName, number>>>;

/** Where none are stated. */
export const DEFAULT_LIMITS: Limits = { missing: 0 };

/** The limits that a die breaks. */
export function meets(die: Judged, limits: Limits): LimitName[] {
  return (Object.keys(limits) as LimitName[]).filter((name) =>
    name === 'csnr' ? die[name] < limits[name]! : die[name] > limits[name]!,
  );
}

/** Limits as the command line states them, `inl=0.5,csnr=20`; undefined where the text is no such list. */
export function limitsOf(text: string): Limits | undefined {
  const limits: Partial<Record<LimitName, number>> = {};
  for (const part of text.split(',')) {
    const [, name, value] = /^([a-z]+)=(-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(part) ?? [];
    if (name === undefined || !Object.hasOwn(LIMITS, name)) return undefined;
    limits[name as LimitName] = Number(value);
  }
  return limits;
}
