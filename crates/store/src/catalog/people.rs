//! Workspaces, users, and how they and their programs sign in.

use model::{Secret, UnixSeconds, UserId, WorkspaceId};
use rusqlite::{OptionalExtension, Row, params};

use super::{ApiToken, Catalog, NewOwner, NewToken, Session, User, Workspace};
use crate::StoreError;
use crate::ids::new_id;

const USER: &str =
    "users.id, users.workspace, users.full_name, users.email, users.username, users.created_at";
const TOKEN: &str = "id, workspace, name, prefix, created_at, last_used_at";

impl Catalog {
    /// The default workspace: the owner's, and the command line's.
    ///
    /// # Errors
    /// Those of the file.
    pub fn default_workspace(&self) -> Result<Workspace, StoreError> {
        self.read(|conn| {
            let sql = "SELECT id, name FROM workspaces ORDER BY rowid LIMIT 1";
            Ok(conn.prepare_cached(sql)?.query_row([], |row| workspace(row, 0))?)
        })
    }

    /// Adds a workspace: another tenant of the same installation.
    ///
    /// # Errors
    /// Those of the file.
    pub fn create_workspace(&self, name: &str) -> Result<Workspace, StoreError> {
        let id = new_id("ws")?;
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO workspaces (id, name) VALUES (?1, ?2)")?
                .execute(params![id, name])?;
            Ok(())
        })?;
        Ok(Workspace { id: WorkspaceId::from(id), name: name.to_owned() })
    }

    /// Whether the owner account exists.
    ///
    /// # Errors
    /// Those of the file.
    pub fn has_owner(&self) -> Result<bool, StoreError> {
        self.read(|conn| Ok(conn.prepare_cached("SELECT 1 FROM users LIMIT 1")?.exists([])?))
    }

    /// Creates the first user, in the default workspace.
    ///
    /// # Errors
    /// `OwnerExists` when there is a user already.
    pub fn create_owner(&self, owner: &NewOwner, now: UnixSeconds) -> Result<User, StoreError> {
        let id = new_id("user")?;
        self.write(|tx| {
            if tx.prepare_cached("SELECT 1 FROM users LIMIT 1")?.exists([])? {
                return Err(StoreError::OwnerExists.into());
            }
            let sql =
                "INSERT INTO users (id, workspace, full_name, email, username, password_hash, created_at)
                VALUES (?1, (SELECT id FROM workspaces ORDER BY rowid LIMIT 1), ?2, ?3, ?4, ?5, ?6)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                owner.full_name,
                owner.email,
                owner.username,
                owner.password_hash.expose(),
                now.0
            ])?;
            let sql = format!("SELECT {USER} FROM users WHERE id = ?1");
            Ok(tx.prepare_cached(&sql)?.query_row([&id], user)?)
        })
    }

    /// By username or e-mail, in any case of letters; with the hash of the password.
    ///
    /// # Errors
    /// Those of the file.
    pub fn user_by_login(&self, login: &str) -> Result<Option<(User, Secret)>, StoreError> {
        let sql = format!("SELECT {USER}, password_hash FROM users WHERE username = ?1 OR email = ?1");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_row([login], |row| {
                Ok((user(row)?, Secret::new(row.get::<_, String>("password_hash")?)))
            });
            Ok(found.optional()?)
        })
    }

    /// Everybody who has an account, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn users(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([], user)?.collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    /// Replaces the hash of a user's password and ends all of the user's sessions: whoever knew the old password is out.
    /// How many sessions ended.
    ///
    /// # Errors
    /// Those of the file.
    pub fn set_password(&self, user: &UserId, password_hash: &Secret) -> Result<usize, StoreError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1")?
                .execute(params![user.as_str(), password_hash.expose()])?;
            Ok(tx.prepare_cached("DELETE FROM sessions WHERE user = ?1")?.execute([user.as_str()])?)
        })
    }

    /// Keeps a session under the hash of its token.
    ///
    /// # Errors
    /// Those of the file; also when the user is not there.
    pub fn create_session(
        &self,
        token_hash: &[u8],
        user: &UserId,
        now: UnixSeconds,
        expires_at: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let sql =
                "INSERT INTO sessions (token_hash, user, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
            tx.prepare_cached(sql)?.execute(params![token_hash, user.as_str(), now.0, expires_at.0])?;
            Ok(())
        })
    }

    /// The session with its user and workspace; `None` when unknown or expired.
    ///
    /// # Errors
    /// Those of the file.
    pub fn session(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<Session>, StoreError> {
        let sql = format!(
            "SELECT {USER}, workspaces.id, workspaces.name, sessions.created_at, sessions.expires_at
             FROM sessions JOIN users ON users.id = sessions.user
             JOIN workspaces ON workspaces.id = users.workspace
             WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2"
        );
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_row(params![token_hash, now.0], |row| {
                Ok(Session {
                    user: user(row)?,
                    workspace: workspace(row, 6)?,
                    created_at: UnixSeconds(row.get(8)?),
                    expires_at: UnixSeconds(row.get(9)?),
                })
            });
            Ok(found.optional()?)
        })
    }

    /// Ends a session, if it is there.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_session(&self, token_hash: &[u8]) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?.execute([token_hash])?;
            Ok(())
        })
    }

    /// # Errors
    /// Those of the file.
    pub fn delete_expired_sessions(&self, now: UnixSeconds) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?.execute([now.0])?;
            Ok(())
        })
    }

    /// Keeps a token by its hash.
    ///
    /// # Errors
    /// Those of the file; also when the workspace is not there.
    pub fn create_token(&self, token: &NewToken, now: UnixSeconds) -> Result<ApiToken, StoreError> {
        let id = new_id("tok")?;
        self.write(|tx| {
            let sql = "INSERT INTO tokens (id, workspace, name, prefix, token_hash, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            tx.prepare_cached(sql)?.execute(params![
                id,
                token.workspace.as_str(),
                token.name,
                token.prefix,
                token.token_hash,
                now.0
            ])?;
            let sql = format!("SELECT {TOKEN} FROM tokens WHERE id = ?1");
            Ok(tx.prepare_cached(&sql)?.query_row([&id], api_token)?)
        })
    }

    /// The token with this hash. That it was used is noted at most once a minute, so that requests seldom write.
    ///
    /// # Errors
    /// Those of the file.
    pub fn use_token(&self, token_hash: &[u8], now: UnixSeconds) -> Result<Option<ApiToken>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM tokens WHERE token_hash = ?1");
        let found = self
            .read(|conn| Ok(conn.prepare_cached(&sql)?.query_row([token_hash], api_token).optional()?))?;
        let Some(token) = found else { return Ok(None) };
        if token.last_used_at.is_none_or(|last| now.0 - last.0 >= 60) {
            self.write(|tx| {
                let sql = "UPDATE tokens SET last_used_at = ?2 WHERE id = ?1";
                tx.prepare_cached(sql)?.execute(params![token.id, now.0])?;
                Ok(())
            })?;
        }
        Ok(Some(token))
    }

    /// The tokens of a workspace, oldest first.
    ///
    /// # Errors
    /// Those of the file.
    pub fn tokens(&self, workspace: &WorkspaceId) -> Result<Vec<ApiToken>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM tokens WHERE workspace = ?1 ORDER BY created_at, rowid");
        self.read(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let found = statement.query_map([workspace.as_str()], api_token)?.collect::<Result<_, _>>()?;
            Ok(found)
        })
    }

    /// Deletes a token; returns whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_token(&self, workspace: &WorkspaceId, id: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM tokens WHERE workspace = ?1 AND id = ?2";
            Ok(tx.prepare_cached(sql)?.execute([workspace.as_str(), id])? > 0)
        })
    }
}

fn workspace(row: &Row<'_>, first: usize) -> rusqlite::Result<Workspace> {
    let id: String = row.get(first)?;
    Ok(Workspace { id: id.into(), name: row.get(first + 1)? })
}

/// From the columns of `USER`, which come first.
fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get::<_, String>(0)?.into(),
        workspace: row.get::<_, String>(1)?.into(),
        full_name: row.get(2)?,
        email: row.get(3)?,
        username: row.get(4)?,
        created_at: UnixSeconds(row.get(5)?),
    })
}

/// From the columns of `TOKEN`.
fn api_token(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get(0)?,
        workspace: row.get::<_, String>(1)?.into(),
        name: row.get(2)?,
        prefix: row.get(3)?,
        created_at: UnixSeconds(row.get(4)?),
        last_used_at: row.get::<_, Option<i64>>(5)?.map(UnixSeconds),
    })
}
