//! StopQuery.

use loopback_aws::{Exception, Input};
use serde_json::{Value, json};

use crate::journal::Fate;
use crate::query_run::Phase;
use crate::service::{Service, State};

pub(crate) fn answer(
    service: &Service,
    state: &mut State,
    input: Input<'_>,
) -> Result<Value, Exception> {
    let query = state.query(input.required_text("queryId")?)?;
    if let Phase::Ended(end) = query.phase(service.settings.life) {
        if query.seen.fate == Fate::LeftRunning {
            query.seen.fate = Fate::Ended(end);
        }
        return Err(Exception::invalid(format!(
            "Query {} is not running: it is {}.",
            query.seen.id,
            end.name()
        )));
    }
    query.seen.fate = Fate::Stopped;
    Ok(json!({"success": true}))
}
