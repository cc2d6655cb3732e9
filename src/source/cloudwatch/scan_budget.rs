//! What a run may scan: `--max-scan` holds for what is read again as well, which no estimate knew.

use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that a run has scanned, and the most that it may scan. Its Regions share it.
#[derive(Debug, Default)]
pub struct ScanBudget {
    most: Option<u64>,
    scanned: AtomicU64,
}

impl ScanBudget {
    /// A budget of so many bytes; without a limit if absent.
    pub fn new(most: Option<u64>) -> Self {
        Self {
            most,
            scanned: AtomicU64::default(),
        }
    }

    /// Counts bytes that were scanned.
    pub fn add(&self, bytes: u64) {
        self.scanned.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether so many bytes more may be scanned.
    pub fn allows(&self, bytes: u64) -> bool {
        let scanned = self.scanned.load(Ordering::Relaxed);
        self.most
            .is_none_or(|most| scanned.saturating_add(bytes) <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_scanned_counts() {
        let budget = ScanBudget::new(Some(100));
        assert!(budget.allows(100));
        budget.add(60);
        assert!(budget.allows(40));
        assert!(!budget.allows(41));
        assert!(ScanBudget::default().allows(u64::MAX));
    }
}
