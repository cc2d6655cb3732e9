//! The calendar, read back by another library.

use std::collections::BTreeSet;

use eks_stale_tokens::render::Format;
use ical::IcalParser;
use ical::parser::Component as _;
use ical::parser::ical::component::{IcalCalendar, IcalEvent};

use super::corpus::{harmless_twin, hostile, recorded, text};

fn read(text: &str) -> IcalCalendar {
    let mut calendars = IcalParser::new(text.as_bytes());
    let calendar = calendars.next().expect("a calendar").expect("no error");
    assert!(calendars.next().is_none(), "one calendar");
    calendar
}

fn value(event: &IcalEvent, name: &str) -> String {
    event
        .get_property(name)
        .and_then(|property| property.value.clone())
        .unwrap_or_else(|| panic!("{name} is there"))
}

#[test]
fn every_death_ahead_has_an_event_with_three_alarms() {
    let report = recorded(&["recording", "timeline"]);
    let calendar = read(&text(Format::Ics, &report));
    // 15 accounts are frozen, none of the dead ones has another holder that is.
    assert_eq!(calendar.events.len(), 15);
    let as_of = "20261124T060757Z";
    for event in &calendar.events {
        let triggers: Vec<String> = event
            .alarms
            .iter()
            .map(|alarm| {
                alarm
                    .get_property("TRIGGER")
                    .and_then(|it| it.value.clone())
            })
            .map(|trigger| trigger.expect("a trigger"))
            .collect();
        assert_eq!(triggers, ["-P14D", "-P7D", "-P1D"]);
        assert!(value(event, "DTSTART").as_str() > as_of);
        assert_eq!(value(event, "DTSTAMP"), as_of);
    }
    let autoscaler = calendar
        .events
        .iter()
        .find(|event| value(event, "SUMMARY").starts_with("kube-system/cluster-autoscaler on rec"))
        .expect("it is frozen");
    assert_eq!(value(autoscaler, "DTSTART"), "20261126T033758Z");
    assert!(
        value(autoscaler, "DESCRIPTION")
            .contains("kubectl rollout restart deployment/cluster-autoscaler -n kube-system")
    );
}

#[test]
fn a_later_report_updates_events_instead_of_repeating_them() {
    let first = recorded(&["timeline"]);
    let mut later = first.clone();
    later.clusters[0].window.until += chrono::TimeDelta::days(1);
    let events = |report| -> Vec<(String, i64)> {
        read(&text(Format::Ics, report))
            .events
            .iter()
            .map(|event| {
                let sequence = value(event, "SEQUENCE").parse().expect("a number");
                (value(event, "UID"), sequence)
            })
            .collect()
    };
    let (first, later) = (events(&first), events(&later));
    let identifiers: BTreeSet<&String> = first.iter().map(|(uid, _)| uid).collect();
    assert_eq!(identifiers.len(), first.len(), "no identifier is shared");
    assert!(!first.is_empty());
    for ((uid, sequence), (later_uid, later_sequence)) in first.iter().zip(&later) {
        assert_eq!(uid, later_uid);
        assert!(sequence < later_sequence);
    }
}

#[test]
fn hostile_text_neither_adds_an_event_nor_an_alarm() {
    let (hostile, twin) = (
        text(Format::Ics, &hostile()),
        text(Format::Ics, &harmless_twin()),
    );
    for line in hostile.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{line}");
    }
    let (found, expected) = (read(&hostile), read(&twin));
    assert_eq!(found.events.len(), expected.events.len());
    for (event, twin) in found.events.iter().zip(&expected.events) {
        let names = |event: &IcalEvent| -> Vec<String> {
            event.properties.iter().map(|it| it.name.clone()).collect()
        };
        assert_eq!(names(event), names(twin));
        assert_eq!(event.alarms.len(), twin.alarms.len());
    }
}
