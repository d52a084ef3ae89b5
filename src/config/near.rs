//! Near ones: what somebody may have meant by a word that is not known.

/// The candidates that are spelled like `word`, nearest first, at most three.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = word.to_lowercase();
    let mut found: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| {
            let known = candidate.to_lowercase();
            // Whoever types `instances` for `AWS::EC2::Instance` or `us-east` for `us-east-1` is close as well.
            let inside = wanted.len() > 2 && (known.contains(&wanted) || wanted.contains(&known));
            let likeness = strsim::jaro_winkler(&wanted, &known);
            (if inside { likeness.max(0.9) } else { likeness }, candidate)
        })
        // Below this, jaro_winkler finds likeness between almost any two words.
        .filter(|(likeness, _)| *likeness >= 0.84)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_slip_of_the_finger_finds_the_key_first() {
        let keys = ["region", "service", "concurrency", "connect_timeout", "columns"];
        assert_eq!(near("regoin", keys), ["region"]);
        assert_eq!(near("conccurency", keys)[0], "concurrency");
        assert_eq!(near("REGION", keys), ["region"]);
    }

    #[test]
    fn nothing_alike_finds_nothing() {
        assert!(near("zebra", ["region", "service"]).is_empty());
        assert!(near("", ["region"]).is_empty());
    }

    #[test]
    fn part_of_a_type_name_is_near() {
        assert_eq!(near("instance", ["AWS::EC2::Instance", "AWS::RDS::DBCluster"]), ["AWS::EC2::Instance"]);
    }
}
