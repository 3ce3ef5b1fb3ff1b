//! An archive of files in the form ZIP, as a driver takes the profile of a browser. Nothing in it is compressed.

use flate2::Crc;

/// The signatures of its three parts.
const FILE: u32 = 0x0403_4b50;
const ENTRY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// The version of the form that a reader must know, and the first day that it can tell.
const VERSION: u16 = 20;
const FIRST_DAY: u16 = 0x21;

/// An archive of these files: names and contents, both shorter than 4 GiB and 64 KiB.
pub(super) fn of(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut archive, mut index) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = long(archive.len());
        let mut checksum = Crc::new();
        checksum.update(content.as_bytes());
        // Flags, method, time, day; the sizes with and without compression are the same.
        let mut facts = Vec::new();
        facts.extend([VERSION, 0, 0, 0, FIRST_DAY].map(u16::to_le_bytes).as_flattened());
        let sizes = [checksum.sum(), long(content.len()), long(content.len())];
        facts.extend(sizes.map(u32::to_le_bytes).as_flattened());
        facts.extend([short(name.len()), 0].map(u16::to_le_bytes).as_flattened());
        archive.extend(FILE.to_le_bytes());
        archive.extend(&facts);
        archive.extend(name.as_bytes());
        archive.extend(content.as_bytes());
        index.extend(ENTRY.to_le_bytes());
        index.extend(VERSION.to_le_bytes());
        index.extend(&facts);
        // Length of a comment, number of the disk, attributes inside and outside.
        index.extend([0; 10]);
        index.extend(offset.to_le_bytes());
        index.extend(name.as_bytes());
    }
    let (begin, size, count) = (long(archive.len()), long(index.len()), short(files.len()));
    archive.extend(index);
    archive.extend(END.to_le_bytes());
    archive.extend([0, 0, count, count].map(u16::to_le_bytes).as_flattened());
    archive.extend(size.to_le_bytes());
    archive.extend(begin.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

fn long(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

fn short(size: usize) -> u16 {
    u16::try_from(size).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_a_head_for_each_file_and_an_index_at_its_end() {
        let archive = of(&[("a.txt", "hello"), ("b.js", "")]);
        let at = |offset: usize, size: usize| {
            archive[offset..offset + size].iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte))
        };
        assert_eq!((at(0, 4), at(14, 4), at(18, 4), at(26, 2)), (FILE, 0x3610_a686, 5, 5));
        assert_eq!(&archive[30..40], b"a.txthello");
        let end = archive.len() - 22;
        let (begin, size) = (at(end + 16, 4) as usize, at(end + 12, 4) as usize);
        assert_eq!((at(end, 4), at(end + 10, 2), begin + size), (END, 2, end));
        assert_eq!((at(begin, 4), at(begin + 42, 4)), (ENTRY, 0));
        let second = begin + 46 + 5;
        assert_eq!((at(second, 4), at(second + 42, 4)), (ENTRY, 40));
        assert_eq!(&archive[second + 46..second + 50], b"b.js");
    }
}
