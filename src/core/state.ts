// Connection state: http.client's three states and what each call does in them. The table is the whole truth; a call
// that has no row entry is the error named beside the table. Whether a response is pending is not a state: see client/connection.ts.
//
//   state             putrequest/request   putheader   endheaders   getresponse
//   Idle              Request-started      –           –            –
//   Request-started   –                    stays       Request-sent –
//   Request-sent      –                    –           –            Idle

import { CannotSendHeader, CannotSendRequest, ResponseNotReady, type ImproperConnectionState } from './errors.js';

export type State = 'Idle' | 'Request-started' | 'Request-sent';
export type Step = 'putrequest' | 'putheader' | 'endheaders' | 'getresponse';

const NEXT: Record<State, Partial<Record<Step, State>>> = {
  Idle: { putrequest: 'Request-started' },
  'Request-started': { putheader: 'Request-started', endheaders: 'Request-sent' },
  'Request-sent': { getresponse: 'Idle' },
};

const REFUSAL: Record<Step, (state: State) => ImproperConnectionState> = {
  putrequest: (state) => new CannotSendRequest(state),
  putheader: (state) => new CannotSendHeader(state),
  endheaders: (state) => new CannotSendHeader(state),
  getresponse: (state) => new ResponseNotReady(state),
};

/** The state after `step`, or the error of http.client for a step out of order. */
export function advance(state: State, step: Step): State {
  const next = NEXT[state][step];
  if (next === undefined) throw REFUSAL[step](state);
  return next;
}
