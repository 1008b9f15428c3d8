export { type Arch, arches, parseArch } from './arch.ts';
export { type Cidr, cidrContains, cidrsOverlap, parseCidr, parseIpv4 } from './cidr.ts';
export { type Diagnostic, sortDiagnostics } from './diagnostic.ts';
export { diagnosticJson, errorJson, type ProblemJson } from './diagnostic-json.ts';
export { renderDiagnostics, renderError, type Sources, type TextOptions } from './diagnostic-text.ts';
export { asFarthingError, type ErrorDetail, FarthingError, type Location } from './error.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export { lineStarts, placeOf } from './line-starts.ts';
export type { Background, Clock, Environment, Processes, ProcessOptions, ProcessResult, Terminal } from './ports.ts';
export { createRedactor, type Redactor } from './redact.ts';
export { type Until, until } from './retry.ts';
export { mapSealed, type Sealable, Sealed } from './sealed.ts';
export { didYouMean, fingerprint, sha256, stableJson, table } from './text.ts';
export {
  type Bytes,
  formatBytes,
  formatDuration,
  formatMoney,
  type Millicpu,
  type Milliseconds,
  type Money,
  parseBytes,
  parseDuration,
  quantityOfBytes,
} from './units.ts';
