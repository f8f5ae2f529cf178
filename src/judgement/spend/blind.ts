/** What findings about the blind time of a target are about. */
export const blindSubject = (target: string): string => `${prefix}${target}`;

export const isAboutBlindness = (label: string): boolean => label.startsWith(prefix);

const prefix = "checks of ";
