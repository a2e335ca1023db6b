//! Which resources are asked for again until they end, and when: what runs its course and is on the screen, and what the person
//! follows wherever they are.
//!
//! One call at a time, and for each resource at growing intervals, so that nobody who looks at a list floods a service: Amazon
//! Machine Learning's reference names no limit for `GetBatchPrediction`, only that too many calls are throttled.

use std::collections::HashMap;
use std::time::Duration;

use super::Ticket;
use crate::resource::ResourceId;
use crate::source::SourceError;

/// After how long something is asked for again at first, and after its status has changed.
const FIRST: Duration = Duration::from_secs(5);
/// After how long at most.
const LONGEST: Duration = Duration::from_secs(30);
/// Between two calls, whatever they are for.
const GAP: Duration = Duration::from_secs(1);

/// How often one resource is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// Between two calls.
    pub every: Duration,
    /// When the next one is, on the monotonic clock; `None` where asking again is of no use.
    pub next: Option<Duration>,
    /// What went wrong the last time.
    pub trouble: Option<SourceError>,
}

impl Pace {
    fn from(now: Duration) -> Self {
        Self {
            every: FIRST,
            next: Some(now + FIRST),
            trouble: None,
        }
    }

    /// A little longer each time.
    fn slow_down(&mut self, now: Duration) {
        self.every = (self.every * 3 / 2).min(LONGEST);
        self.next = Some(now + self.every);
    }
}

/// What of a section is followed.
#[derive(Debug, Default)]
pub struct Follow {
    pinned: Vec<ResourceId>,
    paces: HashMap<ResourceId, Pace>,
    asked: Option<(ResourceId, Ticket)>,
    /// Before this no call is made.
    rests_until: Duration,
    /// When the next call is due, on the monotonic clock; `None` where nothing is followed.
    pub wakes_at: Option<Duration>,
    /// Whether something is on the screen that gets older as one looks.
    pub ticks: bool,
}

impl Follow {
    /// Those that are followed wherever the person is.
    pub fn pinned(&self) -> &[ResourceId] {
        &self.pinned
    }

    /// Whether it is followed wherever the person is.
    pub fn is_pinned(&self, id: &ResourceId) -> bool {
        self.pinned.contains(id)
    }

    /// Follows it wherever the person is, or no longer; tells which.
    pub fn toggle(&mut self, id: &ResourceId) -> bool {
        let is_new = !self.is_pinned(id);
        self.pinned.retain(|it| it != id);
        if is_new {
            self.pinned.push(id.clone());
        }
        is_new
    }

    /// How often it is asked for, where it is followed.
    pub fn pace(&self, id: &ResourceId) -> Option<&Pace> {
        self.paces.get(id)
    }

    /// What to ask for now, of those that are to be followed; the others are forgotten.
    pub fn due(&mut self, wanted: &[ResourceId], now: Duration) -> Option<ResourceId> {
        self.paces.retain(|id, _| wanted.contains(id));
        for id in wanted {
            self.paces.entry(id.clone()).or_insert_with(|| Pace::from(now));
        }
        let times = wanted
            .iter()
            .filter_map(|id| Some((self.paces.get(id)?.next?, id)));
        let first = times.min_by_key(|(at, _)| *at);
        self.wakes_at = None;
        let (at, id) = first.filter(|_| self.asked.is_none())?;
        let at = at.max(self.rests_until);
        if at > now {
            self.wakes_at = Some(at);
            return None;
        }
        Some(id.clone())
    }

    /// It is asked for.
    pub fn ask(&mut self, id: ResourceId, ticket: Ticket, now: Duration) {
        self.asked = Some((id, ticket));
        self.rests_until = now + GAP;
    }

    /// Whether an answer is one to [`Self::ask`]; then the next call may be made.
    pub fn takes(&mut self, ticket: Ticket) -> bool {
        let is_it = matches!(self.asked, Some((_, asked)) if asked == ticket);
        if is_it {
            self.asked = None;
        }
        is_it
    }

    /// It is known how it is now, from whichever call.
    pub fn heard(&mut self, id: &ResourceId, has_changed: bool, now: Duration) {
        let Some(pace) = self.paces.get_mut(id) else {
            return;
        };
        pace.trouble = None;
        if has_changed {
            *pace = Pace::from(now);
        } else {
            pace.slow_down(now);
        }
    }

    /// It could not be asked for. What will fail again is not asked for again.
    pub fn failed(&mut self, id: &ResourceId, error: SourceError, now: Duration) {
        let Some(pace) = self.paces.get_mut(id) else {
            return;
        };
        pace.slow_down(now);
        if error.is_final() {
            pace.next = None;
            self.pinned.retain(|it| it != id);
        }
        pace.trouble = Some(error);
    }

    /// It has ended.
    pub fn ended(&mut self, id: &ResourceId) {
        self.pinned.retain(|it| it != id);
        self.paces.remove(id);
    }

    /// All are asked for at the first pace again.
    pub fn begin_anew(&mut self) {
        self.paces.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tickets;
    use crate::source::ErrorKind;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn ids(names: &[&str]) -> Vec<ResourceId> {
        names.iter().map(|name| ResourceId::from(*name)).collect()
    }

    /// When it is asked for, if every call is answered at once and nothing changes.
    fn asked_at(follow: &mut Follow, wanted: &[ResourceId], until: u64) -> Vec<u64> {
        let mut tickets = Tickets::default();
        let mut times = Vec::new();
        for millis in (0..until * 1000).step_by(100) {
            let now = Duration::from_millis(millis);
            if let Some(id) = follow.due(wanted, now) {
                let ticket = tickets.issue();
                follow.ask(id.clone(), ticket, now);
                assert!(follow.takes(ticket));
                follow.heard(&id, false, now);
                times.push(now.as_secs());
            }
        }
        times
    }

    #[test]
    fn the_interval_grows_from_five_seconds_to_thirty_and_no_further() {
        let mut follow = Follow::default();
        assert_eq!(
            asked_at(&mut follow, &ids(&["a"]), 160),
            [5, 12, 23, 40, 66, 96, 126, 156]
        );
        assert_eq!(follow.pace(&"a".into()).unwrap().every, LONGEST);
    }

    #[test]
    fn many_are_asked_for_at_most_once_a_second_together() {
        let names: Vec<_> = (0..40).map(|n| format!("bp-{n}")).collect();
        let wanted: Vec<_> = names.iter().map(|name| ResourceId::from(name.as_str())).collect();
        let times = asked_at(&mut Follow::default(), &wanted, 60);
        assert!(times.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}");
    }

    #[test]
    fn one_call_is_under_way_at_a_time_and_nothing_wakes_meanwhile() {
        let (mut follow, wanted) = (Follow::default(), ids(&["a", "b"]));
        assert_eq!(follow.due(&wanted, s(0)), None);
        assert_eq!(follow.wakes_at, Some(s(5)));
        let id = follow.due(&wanted, s(5)).unwrap();
        let ticket = Tickets::default().issue();
        follow.ask(id, ticket, s(5));
        assert_eq!((follow.due(&wanted, s(60)), follow.wakes_at), (None, None));
        assert!(follow.takes(ticket) && !follow.takes(ticket));
    }

    #[test]
    fn a_change_of_status_is_looked_at_closely_again() {
        let (mut follow, wanted) = (Follow::default(), ids(&["a"]));
        asked_at(&mut follow, &wanted, 100);
        follow.heard(&wanted[0], true, s(100));
        assert_eq!(follow.pace(&wanted[0]).unwrap().next, Some(s(105)));
    }

    #[test]
    fn nothing_that_is_not_wanted_wakes_anybody() {
        let mut follow = Follow::default();
        follow.due(&ids(&["a"]), s(0));
        assert_eq!(follow.due(&[], s(1)), None);
        assert_eq!(follow.wakes_at, None);
    }

    #[test]
    fn what_will_fail_again_is_not_asked_for_again_and_what_may_not_is() {
        let error = |kind| SourceError::new(kind, "GetBatchPrediction", "a", "X", "");
        let (mut follow, wanted) = (Follow::default(), ids(&["a"]));
        follow.due(&wanted, s(0));
        follow.toggle(&wanted[0]);
        follow.failed(&wanted[0], error(ErrorKind::Throttled), s(5));
        assert_eq!(
            follow.pace(&wanted[0]).unwrap().next,
            Some(Duration::from_millis(12_500))
        );
        assert!(follow.is_pinned(&wanted[0]));
        follow.failed(&wanted[0], error(ErrorKind::NotFound), s(20));
        assert_eq!(follow.pace(&wanted[0]).unwrap().next, None);
        assert!(!follow.is_pinned(&wanted[0]));
    }
}
