/** What a process can do: each process of the service has one role or several. */
export const allRoles = ["scheduler", "worker", "notifier", "web"] as const;

export type Role = (typeof allRoles)[number];
