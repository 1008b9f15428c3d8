import { type Read, show } from '../value.ts';
import { readText } from './text.ts';

/** `s3://bucket/prefix` as `bucket/prefix`. */
export function readS3Url(input: unknown): Read<string> {
  const text = readText(input);
  if (!('value' in text)) return text;
  const place = /^s3:\/\/([a-z0-9][a-z0-9.-]{2,62}(?:\/[\w.-]+)*)\/*$/.exec(text.value)?.[1];
  if (place !== undefined) return { value: place };
  if (text.value.includes('@')) {
    return { wrong: 'has a user or password in it', code: 'FAR-SPEC-010', hint: 'remove what stands before the `@`' };
  }
  return { wrong: `is not a place in an S3 bucket: ${show(text.value)}`, hint: 'write `s3://BUCKET` or `s3://BUCKET/FOLDER`' };
}
