//! `chartsy sign-on`: the identity providers at which people sign in, and the email domains that each may name.

use std::io::{BufRead, Read, Write};

use anyhow::Context;
use api::access::account::check_email;
use api::access::sign_on::provider::{OpenIdProvider, ProviderSettings};
use api::sign_on::update_rule::described;
use model::{Clock, Role, Secret};
use store::{IdentityProvider, NewIdentityProvider, NewSignOnRule, SignOnTerms};
use url::Url;

use crate::arguments::DataArgs;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::outgoing;

const HELP: &str = "see \"Single sign-on\" in docs/operations.md";
/// Longer than any client secret. More is not read.
const MAX_INPUT_BYTES: u64 = 4096;
/// In place of a role.
const NOBODY: &str = "none";

#[derive(Debug, clap::Args)]
pub struct SignOn {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Add an identity provider, or change the one with that id
    Add(Box<Add>),
    /// List the providers, and the email domains that each may name
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove a provider with its domains, and sign out everyone who signed in there. They keep their accounts
    Remove {
        #[command(flatten)]
        data: DataArgs,
        /// The id of the provider
        id: String,
    },
    /// Let a provider sign in people with an email address of a domain, and let a workspace take them in
    Allow {
        #[command(flatten)]
        data: DataArgs,
        /// The id of the provider
        id: String,
        /// The domain, such as example.com. Make sure that it belongs to the people who run the provider
        domain: String,
        /// The id of the workspace, from 'chartsy workspace list'; by default, the first one
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
        /// What people become at their first sign-in; 'none' if nobody becomes a member that way. Its owners can change
        /// this and what follows on the workspace's page
        #[arg(long, value_name = "ROLE", default_value = NOBODY, value_parser = role)]
        role: RoleGiven,
        /// Signing in at the provider counts as two-factor sign-in
        #[arg(long)]
        two_factor: bool,
        /// Members with an address of the domain, other than owners, have to sign in at the provider
        #[arg(long)]
        required: bool,
    },
    /// Take a domain from a workspace. Its members stay
    Disallow {
        #[command(flatten)]
        data: DataArgs,
        /// The domain
        domain: String,
        /// The id of the workspace; by default, the first one
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    #[command(flatten)]
    data: DataArgs,
    /// Lower-case letters, digits and hyphens; part of the redirect address
    id: String,
    /// What the button says: Sign in with …
    #[arg(long)]
    name: String,
    /// The address by which the provider calls itself, to the letter
    #[arg(long, value_name = "URL")]
    issuer: String,
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Read the client secret from standard input. Without it, the client is a public one
    #[arg(long)]
    client_secret_stdin: bool,
    /// Show no button on the sign-in page; people get to the provider with their email address
    #[arg(long)]
    unlisted: bool,
    /// Accept email addresses that the provider doesn't mark as verified. Choose this only if people can't choose their
    /// address there by themselves
    #[arg(long)]
    trust_emails: bool,
    /// Save it even if the provider can't be reached now
    #[arg(long)]
    no_check: bool,
    /// The address that people open, to show the redirect address
    #[arg(long, value_name = "URL", env = "CHARTSY_PUBLIC_URL")]
    public_url: Option<Url>,
}

#[derive(Debug, Clone, Copy)]
struct RoleGiven(Option<Role>);

fn role(text: &str) -> Result<RoleGiven, String> {
    if text == NOBODY {
        return Ok(RoleGiven(None));
    }
    match text.parse::<Role>() {
        Ok(Role::Owner) => Err("nobody becomes an owner by single sign-on; choose another role".to_owned()),
        Ok(role) => Ok(RoleGiven(Some(role))),
        Err(error) => Err(error.to_string()),
    }
}

pub async fn run(args: SignOn) -> anyhow::Result<()> {
    match args.action {
        Action::Add(args) => add(*args).await,
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Remove { data, id } => remove(&Folder::existing(&data.data)?, &id),
        Action::Allow { data, id, domain, workspace, role, two_factor, required } => {
            let terms = SignOnTerms { role: role.0, is_two_factor: two_factor, is_required: required };
            allow(&Folder::existing(&data.data)?, &id, &domain, workspace.as_deref(), terms)
        }
        Action::Disallow { data, domain, workspace } => {
            disallow(&Folder::existing(&data.data)?, &domain, workspace.as_deref())
        }
    }
}

async fn add(args: Add) -> anyhow::Result<()> {
    let new = args.checked()?;
    let secret = if args.client_secret_stdin { Some(read_secret()?) } else { None };
    let folder = Folder::open(&args.data.data)?;
    let settings = ProviderSettings {
        id: new.id.clone(),
        issuer: new.issuer.clone(),
        client_id: new.client_id.clone(),
        client_secret: secret.clone(),
        trusts_emails: new.trusts_emails,
    };
    let now = Clock::System.now();
    if !args.no_check {
        let checked = OpenIdProvider::check(settings, outgoing::network(), now).await;
        let help = "check the issuer; add --no-check to save it all the same. Nothing was saved";
        checked.map_err(|error| Advice::new(error.to_string(), help))?;
    }
    let is_new = match &secret {
        None => folder.catalog.set_identity_provider(&new, None, now)?,
        Some(secret) => {
            let of = IdentityProvider::context(&new.id);
            folder.data.seal(&folder.catalog, &of, secret, |sealed| {
                folder.catalog.set_identity_provider(&new, Some(sealed), now)
            })?
        }
    };
    let action = if is_new { "sign_on.provider_added" } else { "sign_on.provider_changed" };
    folder.record_with(None, action, &new.id, Some(new.issuer.clone()))?;
    let base = args.public_url.as_ref().map_or("PUBLIC_URL", |url| url.as_str().trim_end_matches('/'));
    eprintln!(
        "{} is saved. Register this redirect address there: {base}/sign-on/{}/callback",
        new.name, new.id
    );
    if is_new {
        eprintln!("next, let it sign in people: chartsy sign-on allow {} example.com --role viewer", new.id);
    }
    Ok(())
}

impl Add {
    fn checked(&self) -> anyhow::Result<NewIdentityProvider> {
        let refused = |why: &str| Advice::new(why, format!("nothing was saved; {HELP}"));
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 40 || !self.id.chars().all(is_plain) {
            return Err(
                refused("the id may have only lower-case letters, digits and hyphens, at most 40").into()
            );
        }
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(model::is_disguising) {
            return Err(refused("the name may have 1 to 60 characters").into());
        }
        if self.client_id.trim().is_empty() {
            return Err(refused("the client id is empty").into());
        }
        let issuer = self.issuer.trim();
        let url: Url = issuer.parse().map_err(|_| refused("the issuer is not an address"))?;
        if url.scheme() != "https" && !connect::is_on_this_machine(&url) {
            return Err(refused("the issuer has to begin with https://").into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("the issuer has a query or a fragment, which an issuer can't have").into());
        }
        Ok(NewIdentityProvider {
            id: self.id.clone(),
            name: name.to_owned(),
            issuer: issuer.to_owned(),
            client_id: self.client_id.trim().to_owned(),
            is_listed: !self.unlisted,
            trusts_emails: self.trust_emails,
        })
    }
}

fn read_secret() -> anyhow::Result<Secret> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(MAX_INPUT_BYTES);
    input.read_line(&mut line).context("the client secret could not be read from standard input")?;
    let secret = line.trim();
    if secret.is_empty() {
        return Err(Advice::new(
            "the client secret is empty",
            "pass it on standard input; nothing was saved",
        )
        .into());
    }
    Ok(Secret::new(secret))
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let rules = folder.catalog.sign_on_rules(None)?;
    let workspaces = folder.catalog.all_workspaces()?;
    for provider in folder.catalog.identity_providers()? {
        let mut notes = String::new();
        if !provider.is_listed {
            notes.push_str("  unlisted");
        }
        if provider.trusts_emails {
            notes.push_str("  trusts emails");
        }
        if !provider.has_secret {
            notes.push_str("  public client");
        }
        let IdentityProvider { id, name, issuer, client_id, .. } = &provider;
        writeln!(out, "{id}  {name}  {issuer}  client {client_id}{notes}")?;
        for rule in rules.iter().filter(|rule| rule.provider == *id) {
            let workspace = workspaces.iter().find(|one| one.workspace.id == rule.workspace);
            let workspace = workspace.map_or("?", |one| one.workspace.name.as_str());
            let terms = described(rule.terms);
            writeln!(out, "    {}  {workspace} ({})  {terms}", rule.domain, rule.workspace)?;
        }
    }
    Ok(())
}

fn remove(folder: &Folder, id: &str) -> anyhow::Result<()> {
    if !folder.catalog.delete_identity_provider(id)? {
        return Err(unknown(id).into());
    }
    folder.record(None, "sign_on.provider_removed", id)?;
    eprintln!("{id} is removed; whoever signed in there is signed out");
    Ok(())
}

fn allow(
    folder: &Folder,
    id: &str,
    domain: &str,
    workspace: Option<&str>,
    terms: SignOnTerms,
) -> anyhow::Result<()> {
    let domain = checked_domain(domain)?;
    let workspace = folder.workspace(workspace)?;
    if folder.catalog.identity_provider(id)?.is_none() {
        return Err(unknown(id).into());
    }
    let new = NewSignOnRule {
        workspace: workspace.id.clone(),
        provider: id.to_owned(),
        domain: domain.clone(),
        terms,
    };
    folder.catalog.set_sign_on_rule(&new, Clock::System.now())?;
    let detail = format!("{id}, {}", described(terms));
    folder.record_with(Some(&workspace.id), "sign_on.domain_allowed", &domain, Some(detail))?;
    eprintln!("{id} signs in people of {domain}; in {}: {}", workspace.name, described(terms));
    Ok(())
}

fn disallow(folder: &Folder, domain: &str, workspace: Option<&str>) -> anyhow::Result<()> {
    let domain = checked_domain(domain)?;
    let workspace = folder.workspace(workspace)?;
    if !folder.catalog.delete_sign_on_rule(&workspace.id, &domain)? {
        let help = "list the domains with 'chartsy sign-on list'";
        return Err(Advice::new(format!("{} has no domain '{domain}'", workspace.name), help).into());
    }
    folder.record(Some(&workspace.id), "sign_on.domain_disallowed", &domain)?;
    eprintln!("{} no longer takes in people of {domain}; its members stay", workspace.name);
    Ok(())
}

fn checked_domain(given: &str) -> anyhow::Result<String> {
    let domain = given.trim().trim_start_matches('@').to_ascii_lowercase();
    if check_email(&format!("somebody@{domain}")).is_err() {
        let help = "enter one such as example.com";
        return Err(Advice::new(format!("'{given}' is not an email domain"), help).into());
    }
    Ok(domain)
}

fn unknown(id: &str) -> Advice {
    Advice::new(format!("there is no identity provider '{id}'"), "list them with 'chartsy sign-on list'")
}
