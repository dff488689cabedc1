/** The settings of the workspace and of one's own account, and feedback: small parts that are loaded together. */
export { AccountPage } from '~/features/account/AccountPage'
export { AuditPage } from '~/features/audit/AuditPage'
export { FeedbackDialog } from '~/features/feedback/FeedbackDialog'
export { MembersPage } from '~/features/members/MembersPage'
export { TokensPage } from '~/features/tokens/TokensPage'
export { NewWorkspacePage } from '~/features/workspace/NewWorkspacePage'
export { NoWorkspacePage } from '~/features/workspace/NoWorkspacePage'
export { WorkspacePage } from '~/features/workspace/WorkspacePage'
