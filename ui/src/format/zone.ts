/** The reader's own time zone: for what is not a connection's, such as when somebody signed in. */
export const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
