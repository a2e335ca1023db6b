//! The session that calls are made with: whether there is one, how it is with its credentials, and the choice of another.

use std::time::Duration;

use tui_input::Input;

use super::identity::ENVIRONMENT;
use super::{Abilities, Identity, Ticket, Wait};
use crate::source::{REGIONS, Services, SourceError, check_region};

/// How it is with the session.
#[derive(Debug)]
pub struct Connection {
    /// Whether there is one, so that services can be asked.
    pub is_open: bool,
    /// The first session is being opened.
    pub opening: Option<Wait>,
    /// Why the first one could not be opened.
    pub failed: Option<String>,
    /// What its news of the credentials carry.
    pub watch: Option<Ticket>,
    /// The provider of credentials that is waited for, and since when.
    pub asking: Option<(String, Duration)>,
    /// The last failure for want of credentials, until something works.
    pub refused: Option<SourceError>,
}

impl Connection {
    /// A session that is there, or is not yet.
    pub fn new(is_open: bool) -> Self {
        Self {
            is_open,
            opening: None,
            failed: None,
            watch: None,
            asking: None,
            refused: None,
        }
    }
}

/// Another session to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionChoice {
    /// The profile; as at the start where there is none.
    pub profile: Option<String>,
    /// The region; the profile's own where there is none.
    pub region: Option<String>,
}

/// A session that was opened.
#[derive(Debug)]
pub struct OpenedSession {
    /// Who and where.
    pub identity: Identity,
    /// What each section's service can do there.
    pub abilities: [Abilities; 4],
    /// What can be called.
    pub services: Services,
}

/// A profile to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileEntry {
    /// Its name; what the environment says where there is none.
    pub name: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// How it comes to credentials, sanitized.
    pub summary: String,
    /// Whether writes are refused under it.
    pub read_only: bool,
}

impl ProfileEntry {
    /// What a person knows it as.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(ENVIRONMENT)
    }
}

/// The columns of the choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionColumn {
    /// The profiles.
    #[default]
    Profiles,
    /// The regions.
    Regions,
}

/// The choice of a profile and a region.
#[derive(Debug)]
pub struct SessionMenu {
    /// The profiles, once the files are read.
    pub profiles: Vec<ProfileEntry>,
    /// The reading of the files.
    pub reading: Option<Wait>,
    /// The opening of what was chosen.
    pub opening: Option<Wait>,
    /// What shall become of the changes in the editor once it is open: whether they are kept as a draft.
    pub keeps: Option<bool>,
    /// What is wrong.
    pub error: Option<String>,
    /// Which column the keys are for.
    pub column: SessionColumn,
    /// What is typed to narrow each column.
    inputs: [Input; 2],
    /// The selected row of each column.
    cursors: [usize; 2],
    /// The region that was chosen by hand.
    region: Option<String>,
    /// The profile and the region in use.
    current: (String, String),
}

impl SessionMenu {
    /// The choice while the files are read.
    pub fn new(reading: Wait, identity: &Identity) -> Self {
        Self {
            profiles: Vec::new(),
            reading: Some(reading),
            opening: None,
            keeps: None,
            error: None,
            column: SessionColumn::Profiles,
            inputs: [Input::default(), Input::default()],
            cursors: [0, 0],
            region: None,
            current: (identity.profile.clone(), identity.region.clone()),
        }
    }

    /// The files are read. The profile in use is selected.
    pub fn fill(&mut self, profiles: Vec<ProfileEntry>) {
        self.reading = None;
        let current = profiles.iter().position(|it| self.is_current(it));
        self.cursors[0] = current.unwrap_or(0);
        self.profiles = profiles;
        self.follow_profile();
    }

    /// The first session is open, and says what is in use.
    pub fn set_current(&mut self, identity: &Identity) {
        self.current = (identity.profile.clone(), identity.region.clone());
        self.follow_profile();
    }

    /// Whether it is the profile in use.
    pub fn is_current(&self, entry: &ProfileEntry) -> bool {
        entry.name.as_deref().unwrap_or_default() == self.current.0
    }

    /// The region in use.
    pub fn current_region(&self) -> &str {
        &self.current.1
    }

    /// The line that narrows the column with the keys.
    pub fn input(&self) -> &Input {
        &self.inputs[self.column as usize]
    }

    /// The same, to type in, with what is wrong.
    pub fn line_mut(&mut self) -> (&mut Input, &mut Option<String>) {
        (&mut self.inputs[self.column as usize], &mut self.error)
    }

    /// Something was typed: the first row that is left is selected.
    pub fn narrowed(&mut self) {
        self.select(0);
    }

    /// The profiles that are shown.
    pub fn shown_profiles(&self) -> Vec<&ProfileEntry> {
        let wanted = self.inputs[0].value().trim().to_lowercase();
        let holds = |it: &&ProfileEntry| {
            it.title().to_lowercase().contains(&wanted) || it.summary.to_lowercase().contains(&wanted)
        };
        self.profiles.iter().filter(holds).collect()
    }

    /// The regions that are shown: those that are known, the one in use, and one that is typed whole.
    pub fn shown_regions(&self) -> Vec<String> {
        let wanted = self.inputs[1].value().trim().to_lowercase();
        let own = self.profiles.iter().filter_map(|it| it.region.as_deref());
        let mut all: Vec<&str> = REGIONS.to_vec();
        for more in own.chain([self.current.1.as_str()]) {
            if !more.is_empty() && !all.contains(&more) {
                all.push(more);
            }
        }
        // The names end in a number, so that one that is still being typed is told from a new one.
        let number = wanted.rsplit_once('-').map(|(_, number)| number);
        let is_whole = number.is_some_and(|it| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit()));
        let is_new = is_whole && !all.contains(&wanted.as_str()) && check_region(&wanted).is_ok();
        let held = all.into_iter().filter(|it| it.contains(&wanted));
        let mut shown: Vec<_> = held.map(str::to_owned).collect();
        if is_new {
            shown.push(wanted);
        }
        shown
    }

    /// The selected row of a column.
    pub fn cursor(&self, column: SessionColumn) -> usize {
        self.cursors[column as usize]
    }

    /// How many rows the column with the keys has.
    pub fn count(&self) -> usize {
        match self.column {
            SessionColumn::Profiles => self.shown_profiles().len(),
            SessionColumn::Regions => self.shown_regions().len(),
        }
    }

    /// Selects a row of the column with the keys. With a profile goes its region, until one is chosen by hand.
    pub fn select(&mut self, row: usize) {
        let row = row.min(self.count().saturating_sub(1));
        self.cursors[self.column as usize] = row;
        match self.column {
            SessionColumn::Profiles => self.follow_profile(),
            SessionColumn::Regions => self.region = self.shown_regions().get(row).cloned(),
        }
    }

    /// To the other column.
    pub fn turn(&mut self) {
        self.column = match self.column {
            SessionColumn::Profiles => SessionColumn::Regions,
            SessionColumn::Regions => SessionColumn::Profiles,
        };
    }

    /// The profile that is selected.
    pub fn profile(&self) -> Option<&ProfileEntry> {
        self.shown_profiles().get(self.cursors[0]).copied()
    }

    /// The region that goes with it: chosen by hand, else the profile's own, else the one in use.
    pub fn region(&self) -> Option<String> {
        let own = || self.profile().and_then(|it| it.region.clone());
        let current = Some(self.current.1.clone()).filter(|it| !it.is_empty());
        self.region.clone().or_else(own).or(current)
    }

    /// What is chosen, if a profile is.
    pub fn choice(&self) -> Option<SessionChoice> {
        Some(SessionChoice {
            profile: self.profile()?.name.clone(),
            region: self.region(),
        })
    }

    fn follow_profile(&mut self) {
        if self.region.is_none() {
            let wanted = self.region();
            let place = self
                .shown_regions()
                .iter()
                .position(|it| Some(it) == wanted.as_ref());
            self.cursors[1] = place.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tickets;

    fn profile(name: &str, region: Option<&str>) -> ProfileEntry {
        ProfileEntry {
            name: Some(name.to_owned()),
            region: region.map(str::to_owned),
            summary: "keys".to_owned(),
            read_only: false,
        }
    }

    fn menu() -> SessionMenu {
        let wait = Wait {
            ticket: Tickets::default().issue(),
            since: Duration::ZERO,
        };
        let identity = Identity {
            profile: "b".to_owned(),
            region: "us-east-1".to_owned(),
            ..Identity::default()
        };
        let mut menu = SessionMenu::new(wait, &identity);
        menu.fill(vec![
            profile("a", Some("eu-west-1")),
            profile("b", None),
            profile("c", Some("local-9")),
        ]);
        menu
    }

    fn choice(profile: &str, region: &str) -> SessionChoice {
        SessionChoice {
            profile: Some(profile.to_owned()),
            region: Some(region.to_owned()),
        }
    }

    #[test]
    fn a_profile_brings_its_region_until_one_is_chosen() {
        let mut menu = menu();
        assert_eq!(
            menu.choice(),
            Some(choice("b", "us-east-1")),
            "the one in use is selected"
        );
        menu.select(0);
        assert_eq!(menu.choice(), Some(choice("a", "eu-west-1")));
        menu.select(2);
        assert_eq!(menu.choice(), Some(choice("c", "local-9")));
        menu.turn();
        menu.select(1);
        menu.turn();
        menu.select(0);
        assert_eq!(menu.choice(), Some(choice("a", "us-east-2")));
    }

    #[test]
    fn typing_narrows_the_column_and_a_region_that_is_not_known_can_be_typed() {
        let mut menu = menu();
        menu.turn();
        *menu.line_mut().0 = Input::new("eu-north".to_owned());
        menu.narrowed();
        assert_eq!(menu.region().as_deref(), Some("eu-north-1"));
        *menu.line_mut().0 = Input::new("xx-new-7".to_owned());
        menu.narrowed();
        assert_eq!(menu.region().as_deref(), Some("xx-new-7"));
        menu.turn();
        *menu.line_mut().0 = Input::new("nobody".to_owned());
        menu.narrowed();
        assert_eq!(menu.choice(), None);
    }
}
