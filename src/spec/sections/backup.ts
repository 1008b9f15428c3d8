import { z } from 'zod';
import { text, url } from '../fields.ts';
import { value } from '../value.ts';
import { readS3Url } from '../values/s3-url.ts';
import { readSecretRef, secretSchema } from '../values/secret-ref.ts';

const secret = (what: string) =>
  value(
    { ...secretSchema, description: `${what}: \`{ env: NAME }\`, \`{ file: PATH }\` or \`{ command: [PROGRAM, …] }\`.` },
    readSecretRef,
  );

const Repository = z
  .strictObject({
    url: value(
      { type: 'string', description: 'Bucket, and a folder in it if you like. The bucket has to exist.', examples: ['s3://home-backup'] },
      readS3Url,
    ),
    endpoint: url({ description: 'Where the S3 service answers.', examples: ['https://s3.eu-central-1.amazonaws.com'] }),
    region: text({ description: "The service's name for where the bucket is.", defaultText: 'the service is asked' }).optional(),
    accessKey: secret('Where the access key is kept'),
    secretKey: secret('Where the secret key is kept'),
    ca: text({
      description: 'PEM file with the private certificate authority of the service, relative to farthing.yaml.',
      defaultText: 'the public authorities',
    }).optional(),
  })
  .meta({ description: 'The restic repository that backups go to.' });

/** `backup:`. */
export const Backup = z
  .strictObject({
    repositories: z.strictObject({ main: Repository }).meta({ description: 'Where backups are kept.' }),
    passphrase: secret('Where the passphrase of the repository is kept. Without it no backup can be read: keep a copy elsewhere'),
  })
  .meta({ description: 'Backup of the apps, by `farthing backup`, in a restic repository.' });
