-- Macro asked_answers(answers, skips, item_minimum): the one place that says what counts as answered.
-- Grain: the answers of one record by item number. What is skipped by design counts as its lowest answer; most forms
--   skip nothing.
CASE WHEN len(skips) = 0 OR skips IS NULL THEN answers ELSE list_transform(
    range(1, len(item_minimum) + 1),
    lambda number: coalesce(answers[number], CASE WHEN list_bool_or(list_transform(
        skips,
        lambda skip: list_contains(skip.items, number) AND answers[skip."after"] = item_minimum[skip."after"]
    )) THEN item_minimum[number] END)
) END
