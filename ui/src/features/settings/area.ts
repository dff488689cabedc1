/** The settings of the workspace and of one's own account: small pages that are loaded together. */
export { AccountPage } from '~/features/account/AccountPage'
export { AuditPage } from '~/features/audit/AuditPage'
export { MembersPage } from '~/features/members/MembersPage'
export { ShareLinksPage } from '~/features/share/ShareLinksPage'
export { TokensPage } from '~/features/tokens/TokensPage'
export { NewWorkspacePage } from '~/features/workspace/NewWorkspacePage'
export { NoWorkspacePage } from '~/features/workspace/NoWorkspacePage'
export { WorkspacePage } from '~/features/workspace/WorkspacePage'
