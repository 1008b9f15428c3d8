import { z } from 'zod';
import { cidr } from '../fields.ts';

/** `network:`. */
export const Network = z
  .strictObject({
    pods: cidr({
      description: 'Addresses of pods. Must not overlap with `services` or with any network your machines are in.',
      default: '10.42.0.0/16',
    }).optional(),
    services: cidr({ description: 'Addresses of Kubernetes services.', default: '10.43.0.0/16' }).optional(),
  })
  .meta({ description: 'Addresses inside the cluster. They cannot be changed later: that means a new cluster.' });
