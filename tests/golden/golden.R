# Estimates a second time, in R, from R's own functions: what tests/golden/test_estimates_agree_with_r.py holds the
# product to. Run by hand where R and the three packages are there; nothing of the product is read:
#
#   Rscript tests/golden/golden.R tests/golden/golden.json
suppressPackageStartupMessages({
  library(sandwich)
  library(clubSandwich)
  library(jsonlite)
})

cases <- list()
case <- function(name, given, expected) {
  cases[[length(cases) + 1]] <<- list(`function` = name, given = given, expected = as.list(as.numeric(expected)))
}

# Wilson: the score interval of prop.test without continuity correction.
wilson <- function(x, n) suppressWarnings(as.numeric(prop.test(x, n, correct = FALSE)$conf.int))
for (pair in list(c(0, 10), c(1, 29), c(10, 20), c(15, 82), c(288, 537), c(10, 10), c(3, 7), c(999, 1000), c(1, 1))) {
  case("wilson", list(successes = pair[1], n = pair[2]), wilson(pair[1], pair[2]))
}

# Newcombe's method 10 from those limits.
for (four in list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(5, 56, 0, 29), c(0, 10, 0, 20), c(10, 10, 0, 20), c(7, 33, 1, 35))) {
  first <- wilson(four[1], four[2])
  other <- wilson(four[3], four[4])
  p <- four[1] / four[2]
  q <- four[3] / four[4]
  low <- p - q - sqrt((p - first[1])^2 + (other[2] - q)^2)
  high <- p - q + sqrt((first[2] - p)^2 + (q - other[1])^2)
  given <- list(successes = four[1], n = four[2], other_successes = four[3], other_n = four[4])
  case("newcombe_difference", given, c(low, high))
}

# Exact Poisson rates.
for (pair in list(c(0, 12), c(1, 40), c(7, 250), c(120, 1000))) {
  case("poisson_exact", list(events = pair[1], exposure = pair[2]), poisson.test(pair[1], pair[2])$conf.int)
}

# A paired sample: before and after, made by no chance.
before <- c(17, 23, 9, 14, 20, 11, 25, 16, 18, 8, 22, 13, 19, 15, 21, 10, 24, 12, 27, 7)
after <- c(10, 21, 4, 9, 20, 3, 14, 17, 8, 6, 9, 12, 5, 13, 18, 2, 15, 10, 16, 9)
for (size in c(20, 12, 5, 3)) {
  x <- before[1:size]
  y <- after[1:size]
  change <- t.test(y, x, paired = TRUE)
  case("t_interval", list(mean = mean(y - x), sd = sd(y - x), n = size), change$conf.int)

  average_sd <- sqrt((var(x) + var(y)) / 2)
  nu <- size - 1
  shared <- list(mean_improvement = mean(x - y), sd_first = sd(x), sd_second = sd(y))
  case("hedges_g_av", c(shared, n = size), (1 - 3 / (4 * nu - 1)) * mean(x - y) / average_sd)

  # Algina and Keselman: limits of the noncentrality of t by root finding, times the ratio of the standard deviations.
  t_value <- mean(x - y) / (sd(x - y) / sqrt(size))
  # Far from the root pt says that it is less exact there.
  limit <- function(p) suppressWarnings(uniroot(function(ncp) pt(t_value, nu, ncp) - p, c(-30, 30), tol = 1e-13)$root)
  scale <- sqrt(2 * (var(x) + var(y) - 2 * cov(x, y)) / (size * (var(x) + var(y))))
  case("algina_keselman", c(shared, sd_change = sd(x - y), n = size), scale * c(limit(0.975), limit(0.025)))
}

# Welch: two groups of unequal size and spread.
for (cut in c(6, 9, 14)) {
  x <- (after - before)[1:cut]
  y <- (after - before)[(cut + 1):20]
  given <- list(mean = mean(x), sd = sd(x), n = cut, other_mean = mean(y), other_sd = sd(y), other_n = 20 - cut)
  case("welch_interval", given, t.test(x, y)$conf.int)
  case("standardised_difference", given[c(1, 2, 4, 5)], (mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2))
}

# Reliable change: 1.96 standard errors of a difference.
for (pair in list(c(5.5, 0.89), c(6.7, 0.84), c(15.06, 0.82), c(1, 0.5))) {
  error <- pair[1] * sqrt(1 - pair[2])
  case("reliable_change_index", list(sd = pair[1], reliability = pair[2]), 1.96 * sqrt(2) * error)
}

# Regression to the mean: the first score minus the expected second one, integrated over those who were taken on.
for (four in list(c(10, 15, 6, 0.84), c(10, 15, 6, 0.74), c(10, 10, 6.5, 0.84), c(10, 5, 5, 0.84), c(20, 0, 5, 0.6), c(0, 15, 6, 0.9))) {
  m <- four[2]
  s <- four[3]
  r <- four[4]
  fall <- function(x) (x - (m + r * (x - m))) * dnorm(x, m, s)
  taken <- integrate(function(x) dnorm(x, m, s), four[1], m + 12 * s, rel.tol = 1e-12, abs.tol = 0)$value
  total <- integrate(fall, four[1], m + 12 * s, rel.tol = 1e-12, abs.tol = 1e-14)$value
  given <- list(cut = four[1], mean = m, sd = s, reliability = r)
  case("expected_regression_to_the_mean", given, total / taken)
}

# Clusters: values of patients in clinics. A regression on a constant with cluster-robust variance, twice.
cluster <- rep(1:6, times = c(5, 4, 4, 3, 3, 1))
value <- after - before
fit <- lm(value ~ 1)
robust <- vcovCL(fit, cluster = cluster, type = "HC0", cadjust = TRUE)
stopifnot(all.equal(as.numeric(robust), as.numeric(vcovCR(fit, cluster = cluster, type = "CR1"))))
half <- qt(0.975, 5) * sqrt(robust[1, 1])
sums <- tapply(value, cluster, sum)
sizes <- tapply(value, cluster, length)
given <- list(
  total = sum(sums), n = sum(sizes), total_squares = sum(sums^2), cross = sum(sums * sizes),
  n_squares = sum(sizes^2), clusters = 6
)
case("clustered_mean_interval", given, coef(fit)[[1]] + c(-half, half))

# Rates of clusters: a Poisson regression with exposure as offset and cluster-robust variance, on the logarithm.
events <- c(0, 2, 1, 0, 5, 0, 1, 3, 0, 0)
exposure <- c(4, 6, 6, 8, 6, 2, 6, 9, 1, 6)
fit <- glm(events ~ 1 + offset(log(exposure)), family = poisson, control = list(epsilon = 1e-14))
robust <- vcovCL(fit, cluster = 1:10, type = "HC0", cadjust = TRUE)
half <- qt(0.975, 9) * sqrt(robust[1, 1])
given <- list(
  events = sum(events), exposure = sum(exposure), event_squares = sum(events^2), cross = sum(events * exposure),
  exposure_squares = sum(exposure^2), clusters = 10
)
case("clustered_rate_interval", given, exp(coef(fit)[[1]] + c(-half, half)))

packages <- c("sandwich", "clubSandwich", "jsonlite")
versions <- lapply(setNames(packages, packages), function(name) as.character(packageVersion(name)))
written <- list(
  R = paste(R.version$major, R.version$minor, sep = "."), packages = versions,
  cases = cases
)
writeLines(toJSON(written, auto_unbox = TRUE, digits = 15, pretty = 1), commandArgs(trailingOnly = TRUE)[1])
