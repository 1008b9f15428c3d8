import { z } from 'zod';
import { digest, text, url } from '../fields.ts';
import { value } from '../value.ts';
import { readK3sVersion } from '../values/k3s-version.ts';

/** `k3s:`. */
export const K3s = z
  .strictObject({
    version: value(
      {
        type: 'string',
        description:
          'K3s release, as its tag. `farthing init` writes it; it changes only by your hand or `farthing upgrade`. There is no `latest`: the same file has to mean the same cluster.',
        examples: ['v1.36.4+k3s1'],
      },
      readK3sVersion,
    ),
    mirror: url({
      description: 'Where the files of a release are downloaded from: `<mirror>/<version>/<file>`, with `+` in the version as `%2B`.',
      defaultText: "K3s' releases on GitHub",
    }).optional(),
    ca: text({
      description: 'PEM file with the private certificate authority of the mirror, relative to farthing.yaml.',
      defaultText: 'the public authorities',
    }).optional(),
    sha256: z
      .strictObject({
        amd64: digest({ description: 'sha256 of the file `k3s`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
        arm64: digest({ description: 'sha256 of the file `k3s-arm64`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
        installScript: digest({ description: 'sha256 of `install.sh`, 64 hex digits.', defaultText: "the catalogue's" }).optional(),
      })
      .optional()
      .meta({
        description:
          'Digests of the downloaded files. Needed for a version the catalogue has none for; nothing is installed that does not match.',
      }),
  })
  .meta({ description: 'Which K3s, and where it comes from.' });
