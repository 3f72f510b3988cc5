import { Refusal } from '@rollcall/kernel';

/** The endpoint has no schedule: its version is not probed, or the policy has probing off. */
export function endpointNotProbed(): Refusal {
  return new Refusal({
    code: 'ENDPOINT_NOT_PROBED',
    message: 'This endpoint is not probed: its version is not in review or served, or the policy says so.',
    nextStep:
      'Look at the state of the version and at probeIntervalSeconds of the policy; a new endpoint is scheduled within seconds.',
  });
}
