/** Counts the primes from `first` up to `last`, the slow way. */
export function countPrimes(first: number, last: number): number {
  let count = 0;
  for (let number = Math.max(2, first); number <= last; number++) if (isPrime(number)) count += 1;
  return count;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

/** The smallest divisor of a number from 2 on, beside 1. */
export function smallestDivisor(number: number): number {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return divisor;
  return number;
}
