//! Files that appear whole, or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::unnamed::Unnamed;

/// How many links are followed to a file: as many as Linux does (`MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// The path, as it was given.
    path: PathBuf,
    /// What it leads to, if it is a link.
    target: PathBuf,
}

impl OutputFile {
    /// A file at this path, if one can be written there: a bad path is told before the work,
    /// not after it.
    ///
    /// # Errors
    ///
    /// If it is there and no regular file, or if its directory cannot be written to.
    pub fn at(path: &Path) -> io::Result<Self> {
        let file = Self {
            path: path.to_owned(),
            target: followed(path)?,
        };
        if let Some(metadata) = file.metadata()? {
            refuse_what_is_no_file(&metadata)?;
        }
        Unnamed::beside(&file.target)?;
        Ok(file)
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this is the file at another path, whatever links lead to it. `-` is standard input.
    pub fn is_same_as(&self, other: &Path) -> bool {
        let other = match other.as_os_str() == "-" {
            true => Path::new("/dev/stdin"),
            false => other,
        };
        match (fs::metadata(&self.target), fs::metadata(other)) {
            (Ok(own), Ok(other)) => is_same(&own, &other),
            _ => false,
        }
    }

    /// Writes what `render` writes beside the file's place and moves it there: whoever reads it
    /// finds the old one or the new one, whole. A file that was there keeps its mode, and a link
    /// leads where it led.
    pub fn write_with(
        &self,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let unnamed = Unnamed::beside(&self.target)?;
        let mut buffered = BufWriter::new(unnamed.file());
        render(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(metadata) = self.metadata()? {
            refuse_what_is_no_file(&metadata)?;
            keep_mode(unnamed.file(), &metadata)?;
        }
        unnamed.file().sync_all()?;
        unnamed.move_to(&self.target)
    }

    fn metadata(&self) -> io::Result<Option<Metadata>> {
        match fs::metadata(&self.target) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Where a path leads, which need not exist yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            // A link's own directory is where its target is looked for.
            Ok(target) => {
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("it is a link that leads to itself"))
}

/// What is replaced has to be a file: a device or a pipe would be gone for all others.
fn refuse_what_is_no_file(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(match metadata.is_dir() {
        true => io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"),
        false => io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a device, a pipe or a socket, and only files can be written: use --format and redirect standard output",
        ),
    })
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(unix)]
fn keep_mode(file: &File, metadata: &Metadata) -> io::Result<()> {
    file.set_permissions(metadata.permissions())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<()> {
        OutputFile::at(path)?.write_with(|output| output.write_all(text.as_bytes()))
    }

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("listed");
        let names = entries.map(|it| it.expect("an entry").file_name().into_string());
        let mut names: Vec<String> = names.map(|name| name.expect("UTF-8")).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.json");
        fs::write(&path, "old").expect("written");
        OutputFile::at(&path).expect("writable");
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        write(&path, "new").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(names_in(directory.path()), ["report.json"]);
    }

    #[test]
    fn what_could_not_be_rendered_leaves_the_old_file_and_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.json");
        fs::write(&path, "old").expect("written");
        let file = OutputFile::at(&path).expect("writable");
        let failed = file.write_with(|output| {
            output.write_all(b"half")?;
            Err(io::Error::other("broken"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        assert_eq!(names_in(directory.path()), ["report.json"]);
    }

    /// Somebody who kills the program between two instructions finds no file that nobody names.
    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_has_a_name_while_it_is_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.json");
        let file = OutputFile::at(&path).expect("writable");
        file.write_with(|output| {
            output.write_all(&[b'x'; 100_000])?;
            assert_eq!(names_in(directory.path()), Vec::<String>::new());
            Ok(())
        })
        .expect("written");
        assert_eq!(fs::metadata(&path).expect("there").len(), 100_000);
    }

    #[test]
    fn a_link_leads_where_it_led_and_a_file_keeps_its_mode() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("there")).expect("created");
        fs::write(at("there/report.json"), "old").expect("written");
        fs::set_permissions(at("there/report.json"), fs::Permissions::from_mode(0o640))
            .expect("set");
        symlink("there/report.json", at("link.json")).expect("linked");
        symlink("link.json", at("second.json")).expect("linked");
        symlink("there/later.json", at("dangling.json")).expect("linked");
        write(&at("second.json"), "new").expect("written");
        write(&at("dangling.json"), "first").expect("written");
        let read = |name: &str| fs::read_to_string(at(name)).expect("read");
        assert_eq!(
            (read("there/report.json"), read("there/later.json")),
            ("new".to_owned(), "first".to_owned())
        );
        let metadata = fs::symlink_metadata(at("second.json")).expect("there");
        assert!(metadata.is_symlink());
        let mode = fs::metadata(at("there/report.json"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
        symlink("circle.json", at("circle.json")).expect("linked");
        assert!(write(&at("circle.json"), "").is_err());
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("socket.json");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("bound");
        for path in [
            directory.path(),
            &directory.path().join("missing/report.json"),
            Path::new("/dev/null"),
            &socket,
        ] {
            assert!(OutputFile::at(path).is_err(), "{}", path.display());
        }
    }

    #[test]
    fn a_file_is_known_again_by_another_path() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("audit.json");
        fs::write(&path, "").expect("written");
        symlink("audit.json", directory.path().join("link.json")).expect("linked");
        let file = OutputFile::at(&directory.path().join("link.json")).expect("writable");
        assert!(file.is_same_as(&path));
        assert!(!file.is_same_as(directory.path()));
        assert!(!file.is_same_as(&directory.path().join("other.json")));
    }
}
