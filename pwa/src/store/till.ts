/** Where the phone keeps what the server told of purchase points, accounts and sales. */
export const tillKey = (device: string): string => `till ${device}`;
